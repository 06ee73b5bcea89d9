/** One phone's line out of the roster, as it stands now. */

import { useEffect, useState } from 'preact/hooks'
import type { PhoneLine } from '../api/shapes.js'
import { useApp } from './app.js'

export function useRosterLine(mac: string): PhoneLine | undefined {
  const { roster } = useApp()
  const [line, setLine] = useState(roster.lines.get(mac))
  useEffect(() => {
    setLine(roster.lines.get(mac))
    return roster.watch(() => setLine(roster.lines.get(mac)))
  }, [roster, mac])
  return line
}
