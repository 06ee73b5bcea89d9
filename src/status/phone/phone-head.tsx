/** The head of a phone's page: who it is, how it stands, and what is wrong. */

import { useEffect, useRef } from 'preact/hooks'
import type { PhoneLine, PhoneView } from '../../api/shapes.js'
import { useApp } from '../app.js'
import { BootHead, BootLine } from '../phones/boot-line.js'
import { stateOf, stateWords } from '../phones/state.js'
import { useStore } from '../store.js'
import { colons } from '../words.js'
import { Resync } from './resync.js'

interface PhoneHeadProps {
  readonly phone: PhoneView
  readonly line: PhoneLine // newer than the phone's own
}

export function PhoneHead({ phone, line }: PhoneHeadProps) {
  const back = useStore(useApp().phonesAt)
  const name = line.name ?? colons(line.mac)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${name} · option66`
  }, [name])
  // The heading that had the focus while this was loading is gone.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus()
  }, [])
  return (
    <>
      <p class="trail">
        <a href={back}>‹ Phones</a>
      </p>
      <div class="phone-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {name}
          </h1>
          <p class="sub">
            <span class="mac">{colons(line.mac)}</span>
            {[line.model, line.firmware, line.address].map(
              word => word !== undefined && <span key={word}> · {word}</span>,
            )}
          </p>
        </div>
        {line.isListed ? <Resync mac={line.mac} /> : <AdoptLink mac={line.mac} />}
      </div>
      <div class={`standing is-${stateOf(line)}`}>
        <p class="state-words">{stateWords(line)}</p>
        <div class="standing-line">
          <BootHead />
          <BootLine line={line} />
        </div>
      </div>
      <ul class="diagnoses">
        {phone.diagnoses.map(({ rule, severity, text }) => (
          <li key={`${rule} ${text}`} class={`severity-${severity}`}>
            <strong class="tag">{severity}</strong> {text}
          </li>
        ))}
        {line.disagreements.map(text => (
          <li key={text} class="severity-warning">
            <strong class="tag">differs</strong> It {text}
          </li>
        ))}
      </ul>
    </>
  )
}

function AdoptLink({ mac }: { readonly mac: string }) {
  return (
    <p>
      <a class="button main" href={`#/inbox/${mac}`}>
        Adopt into the inventory
      </a>
    </p>
  )
}
