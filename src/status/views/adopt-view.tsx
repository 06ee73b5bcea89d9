/** Adopts a phone: what it said of itself, and the entry that it gets in the inventory. */

import { useState } from 'preact/hooks'
import type { Adopted, AdoptOrder, InventoryView, PhoneView } from '../../api/shapes.js'
import { useAnswer } from '../answer.js'
import { wordsOf } from '../api.js'
import { useApp } from '../app.js'
import { Said } from '../phone/phone-facts.js'
import { colons } from '../words.js'

export function AdoptView({ mac }: { readonly mac: string }) {
  const phone = useAnswer<PhoneView>(`phones/${mac}`)
  const inventory = useAnswer<InventoryView>('inventory')
  const problem = phone.problem ?? inventory.problem
  const isReady = phone.value !== undefined && inventory.value !== undefined
  return (
    <div class="sheet">
      <p class="trail">
        <a href="#/inbox">‹ Inbox</a>
      </p>
      <h1 tabIndex={-1}>Adopt {colons(mac)}</h1>
      {!isReady && <p class="waiting">{problem ?? 'Loading …'}</p>}
      {phone.value !== undefined && inventory.value !== undefined && (
        <div class="columns">
          <AdoptForm phone={phone.value} inventory={inventory.value} />
          <section>
            <h2>What it said of itself</h2>
            <dl class="facts-list one">
              <Said said={phone.value.said} />
            </dl>
            <p>
              <a href={`#/phone/${mac}`}>Its boots</a>
            </p>
          </section>
        </div>
      )}
    </div>
  )
}

interface AdoptFormProps {
  readonly phone: PhoneView
  readonly inventory: InventoryView
}

function AdoptForm({ phone, inventory }: AdoptFormProps) {
  const { api, spoken } = useApp()
  const { mac, model, address, isListed } = phone.line
  const [problem, setProblem] = useState('')
  const [adopted, setAdopted] = useState<Adopted>()
  const [isBusy, setBusy] = useState(false)

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const order = orderOf(new FormData(event.currentTarget))
    setBusy(true)
    try {
      const done = await api.send<Adopted>('POST', `phones/${mac}/adopt`, order)
      setAdopted(done)
      spoken.set(`Adopted: ${done.file}, line ${done.line}`)
    } catch (error) {
      setProblem(wordsOf(error))
      setBusy(false)
    }
  }
  if (adopted !== undefined) return <Done mac={mac} adopted={adopted} />
  if (isListed) return <p>This phone is in the inventory already.</p>
  return (
    <form class="form" onSubmit={event => void submit(event)}>
      <label>
        Model
        <input name="model" list="models" defaultValue={model} autocomplete="off" spellcheck={false} />
      </label>
      <datalist id="models">
        {inventory.models.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <label>
        Name
        <input name="name" autocomplete="off" placeholder="Front desk" />
      </label>
      <label>
        Reserved address
        <input name="address" autocomplete="off" placeholder={address} aria-describedby="address-hint" />
      </label>
      <p id="address-hint" class="dim">
        Leave it empty, and the phone gets one of the pool{address !== undefined && `, as ${address} now`}.
      </p>
      {inventory.groups.length > 0 && (
        <fieldset>
          <legend>Groups</legend>
          {inventory.groups.map(group => (
            <label key={group} class="check">
              <input type="checkbox" name="groups" value={group} /> {group}
            </label>
          ))}
        </fieldset>
      )}
      <p class="problem" role="alert">
        {problem}
      </p>
      <button type="submit" class="main" disabled={isBusy}>
        Adopt
      </button>
    </form>
  )
}

function Done({ mac, adopted }: { readonly mac: string; readonly adopted: Adopted }) {
  return (
    <div>
      <p class="answer good">
        Written to <span class="mac">{adopted.file}</span>, line {adopted.line}.
      </p>
      <p>The phone gets its settings when it fetches next.</p>
      <p class="buttons">
        <a class="button main" href={`#/phone/${mac}`}>
          To the phone
        </a>
        <a class="button" href="#/inbox">
          To the inbox
        </a>
      </p>
    </div>
  )
}

/** What is left empty stays out of the entry. */
function orderOf(form: FormData): AdoptOrder {
  const word = (name: string): string => String(form.get(name) ?? '').trim()
  const groups = form.getAll('groups').map(String)
  return {
    ...(word('model') !== '' && { model: word('model') }),
    ...(word('name') !== '' && { name: word('name') }),
    ...(word('address') !== '' && { address: word('address') }),
    ...(groups.length > 0 && { groups }),
  }
}
