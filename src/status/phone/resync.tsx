/** Asks a phone to read its settings again, and shows what it answered. */

import { useState } from 'preact/hooks'
import type { Resynced } from '../../api/shapes.js'
import { wordsOf } from '../api.js'
import { useApp } from '../app.js'

export function Resync({ mac }: { readonly mac: string }) {
  const { api, spoken } = useApp()
  const [reboot, setReboot] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<{ readonly isGood: boolean; readonly text: string }>()

  const resync = async (): Promise<void> => {
    setBusy(true)
    setAnswer(undefined)
    const said = await api.send<Resynced>('POST', `phones/${mac}/resync`, { reboot }).then(
      ({ isAnswered, status, text }) => ({ isGood: isAnswered && (status ?? 0) < 300, text }),
      error => ({ isGood: false, text: wordsOf(error) }),
    )
    setBusy(false)
    setAnswer(said)
    spoken.set(said.text)
  }
  return (
    <div class="resync">
      <button type="button" class="main" disabled={isBusy} onClick={() => void resync()}>
        {isBusy ? 'Waiting for its answer …' : 'Resync'}
      </button>
      <label>
        <input type="checkbox" checked={reboot} onChange={event => setReboot(event.currentTarget.checked)} /> and reboot
      </label>
      {answer !== undefined && <p class={`answer ${answer.isGood ? 'good' : 'bad'}`}>{answer.text}</p>}
    </div>
  )
}
