/** The redirection registry: which phones are sent to another settings server, and by whom. */

import { useMemo, useRef, useState } from 'preact/hooks'
import type { RedirectionView } from '../../api/shapes.js'
import { useAnswer } from '../answer.js'
import { wordsOf } from '../api.js'
import { useApp } from '../app.js'
import { Confirm } from '../confirm.js'
import { FilterBox } from '../filter-box.js'
import { type Column, Grid, useNarrow } from '../grid.js'
import { useSorting } from '../sorting.js'
import { useStore } from '../store.js'
import { colons, count, moment } from '../words.js'

export function RedirectionsView() {
  const { api, health, spoken } = useApp()
  const { value, problem, again } = useAnswer<readonly RedirectionView[]>('redirections', useStore(health))
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<string>()
  const isNarrow = useNarrow()
  const sorting = useSorting<RedirectionView>({ column: 'mac', isDescending: false }, keyOf)
  const all = useMemo(() => new Map(value?.map(redirection => [redirection.mac, redirection])), [value])
  const words = text.trim().toLowerCase()
  const shown = sorting.sorted([...all.values()].filter(redirection => textOf(redirection).includes(words)))
  const columns = useMemo(() => columnsOf(setAsked), [])
  const chosen = asked === undefined ? undefined : all.get(asked)

  const dismiss = async (): Promise<void> => {
    await api.send('DELETE', `redirections/${asked}`)
    spoken.set('The redirection is removed')
    again()
  }
  return (
    <div class="list-view">
      <div class="bar">
        <h1 tabIndex={-1}>Redirections</h1>
        <FilterBox label="Filter redirections" placeholder="MAC, URL, owner" value={text} onInput={setText} />
        <span class="tally">{count(shown.length, 'phone')} redirected</span>
      </div>
      <Register onDone={again} />
      {problem !== undefined && <p class="problem">{problem}</p>}
      <Grid<RedirectionView>
        name="redirections"
        label="Redirections"
        hint="Enter removes a redirection, after a question"
        columns={columns}
        keys={shown.map(({ mac }) => mac)}
        rowOf={mac => all.get(mac)}
        rowHeight={isNarrow ? 5.5 : 2.25}
        sort={sorting.sort}
        onSort={sorting.onSort}
        onOpen={setAsked}
        empty={value === undefined ? 'Loading …' : 'No phone is redirected.'}
      />
      {chosen !== undefined && (
        <Confirm
          title={`Remove ${colons(chosen.mac)}?`}
          action="Remove"
          onYes={dismiss}
          onClose={() => setAsked(undefined)}
        >
          <p>
            {chosen.owner} sends it to <span class="mac">{chosen.url}</span>. Without that it gets its own settings of
            this site at its next boot.
          </p>
        </Confirm>
      )}
    </div>
  )
}

function Register({ onDone }: { readonly onDone: () => void }) {
  const { api, route, spoken } = useApp()
  const given = new URLSearchParams(useStore(route).search).get('mac') ?? ''
  const form = useRef<HTMLFormElement>(null)
  const [problem, setProblem] = useState('')

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (form.current === null) return
    const words = new FormData(form.current)
    const mac = String(words.get('mac'))
      .replaceAll(/[\s:.-]/g, '')
      .toUpperCase()
    if (!/^[0-9A-F]{12}$/.test(mac)) {
      setProblem('The MAC has to have twelve hexadecimal digits, such as 00:04:13:26:12:34.')
      return
    }
    try {
      await api.send('PUT', `redirections/${mac}`, { url: String(words.get('url')).trim() })
      form.current.reset()
      setProblem('')
      spoken.set(`${colons(mac)} is redirected`)
      onDone()
    } catch (error) {
      setProblem(wordsOf(error))
    }
  }
  return (
    <form ref={form} class="form-row" aria-label="Redirect a phone" onSubmit={event => void submit(event)}>
      <label>
        MAC
        <input
          name="mac"
          class="mac"
          required
          defaultValue={given}
          autocomplete="off"
          spellcheck={false}
          maxLength={24}
        />
      </label>
      <label class="wide">
        URL of its settings
        <input
          name="url"
          type="url"
          class="mac"
          required
          autocomplete="off"
          placeholder="https://pbx.example/{mac}.xml"
          maxLength={1024}
        />
      </label>
      <button type="submit" class="main">
        Redirect
      </button>
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="dim hint">
        Holds for phones that come by Plug &amp; Play, or ask for the path in their firmware, such as
        /snom3x0/snom3x0.php. A phone that was told its settings URL by DHCP gets its own settings here.
      </p>
    </form>
  )
}

function columnsOf(remove: (mac: string) => void): readonly Column<RedirectionView>[] {
  return [
    {
      id: 'mac',
      title: 'Phone',
      isSortable: true,
      cell: ({ mac }) => (
        <a class="mac" href={`#/phone/${mac}`} tabIndex={-1}>
          {colons(mac)}
        </a>
      ),
    },
    { id: 'url', title: 'Goes to', isSortable: true, cell: ({ url }) => <span class="mac">{url}</span> },
    { id: 'owner', title: 'Owner', isSortable: true, cell: ({ owner }) => owner },
    { id: 'since', title: 'Since', isSortable: true, cell: ({ since }) => moment(since) },
    {
      id: 'act',
      title: 'Action',
      cell: ({ mac }) => (
        <button type="button" tabIndex={-1} class="small" onClick={() => remove(mac)}>
          Remove
        </button>
      ),
    },
  ]
}

function keyOf({ mac, url, owner, since }: RedirectionView, column: string): string | number {
  return { mac, url, owner, since }[column] ?? mac
}

function textOf({ mac, url, owner }: RedirectionView): string {
  return [mac, colons(mac), url, owner].join('\n').toLowerCase()
}
