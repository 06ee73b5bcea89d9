/** A question before something that cannot be taken back. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { wordsOf } from './api.js'

interface ConfirmProps {
  readonly title: string
  readonly children: ComponentChildren
  readonly action: string // what the button says
  readonly onYes: () => Promise<void>
  readonly onClose: () => void
}

/** Closes when the order was carried out; else it stays and says why it was not. */
export function Confirm({ title, children, action, onYes, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])

  const yes = async (): Promise<void> => {
    setBusy(true)
    try {
      await onYes()
      dialog.current?.close()
    } catch (error) {
      setProblem(wordsOf(error))
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="main danger" disabled={isBusy} onClick={() => void yes()}>
          {action}
        </button>
      </div>
    </dialog>
  )
}
