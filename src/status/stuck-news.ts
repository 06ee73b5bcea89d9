/** Says now and then how many more phones are stuck: news worth hearing, never each step of each phone. */

import { useEffect } from 'preact/hooks'
import { useApp } from './app.js'
import { count } from './words.js'

const pause = 15_000 // ms between two pieces of news

export function useStuckNews(): void {
  const { roster, spoken } = useApp()
  useEffect(() => {
    let before: number | undefined
    const timer = setInterval(() => {
      if (!roster.isLoaded) return
      const now = [...roster.lines.values()].filter(line => line.isStuck).length
      if (before !== undefined && now > before) spoken.set(`${count(now - before, 'more phone')} stuck, ${now} in all`)
      before = now
    }, pause)
    return () => clearInterval(timer)
  }, [roster, spoken])
}
