/** The box that narrows a list: `/` comes to it, Escape empties it, the arrow down goes on to the list. */

import { useEffect, useRef } from 'preact/hooks'

interface FilterBoxProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onInput: (value: string) => void
}

export function FilterBox({ label, placeholder, value, onInput }: FilterBoxProps) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const slash = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return
      event.preventDefault()
      box.current?.focus()
      box.current?.select()
    }
    addEventListener('keydown', slash)
    return () => removeEventListener('keydown', slash)
  }, [])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onInput('')
    if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('[role=grid]')?.focus()
  }
  return (
    <label class="filter">
      <span class="unseen">{label}</span>
      <input
        ref={box}
        type="search"
        value={value}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        aria-keyshortcuts="/"
        onInput={event => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
    </label>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, dialog *')
}
