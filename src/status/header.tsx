/** The head of the page: the site, the views, the connection, the theme, signing out. */

import { useEffect, useRef } from 'preact/hooks'
import { useApp } from './app.js'
import { useStore } from './store.js'
import { nextTheme, type Theme } from './theme.js'
import { thousands } from './words.js'

const views = [
  ['phones', 'Phones'],
  ['inbox', 'Inbox'],
  ['leases', 'Leases'],
  ['redirections', 'Redirections'],
  ['shelves', 'Shelves'],
  ['health', 'Health'],
  ['plots', 'Plots'],
] as const

const themeWords: Readonly<Record<Theme, string>> = { system: '◐ Auto', light: '☀ Light', dark: '☾ Dark' }

export function Header({ place }: { readonly place: string }) {
  const app = useApp()
  const health = useStore(app.health)
  const session = useStore(app.session)
  const site = health?.site ?? (session.state === 'known' ? session.view.site : undefined)
  const list = useRef<HTMLUListElement>(null)
  // On a narrow screen the views are a strip that can be wider than the screen.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [place])
  return (
    <header class="head">
      <p class="brand">
        <a href="#/phones">option66</a> <span class="site">{site}</span>
      </p>
      <nav aria-label="Views">
        <ul ref={list}>
          {views.map(([key, title]) => (
            <li key={key}>
              <a href={`#/${key}`} aria-current={isAt(place, key) ? 'page' : undefined}>
                {title}
                <Badge view={key} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="tools">
        <Pulse />
        <ThemeSwitch />
        {session.state === 'known' && session.view.needsPassword && <SignOut />}
      </div>
    </header>
  )
}

const isAt = (place: string, key: string): boolean => place === key || (place === 'phone' && key === 'phones')

function Badge({ view }: { readonly view: string }) {
  const health = useStore(useApp().health)
  if (health === undefined) return null
  if (view === 'inbox' && health.phones.inbox > 0) return <Mark kind="calm" text={thousands(health.phones.inbox)} />
  if (view === 'phones' && health.phones.stuck > 0) {
    return <Mark kind="bad" text={thousands(health.phones.stuck)} meaning=" stuck" />
  }
  const isWell =
    health.configuration.isAccepted && health.rivals.length === 0 && health.doors.every(door => door.isOpen)
  return view === 'health' && !isWell ? <Mark kind="bad" text="!" meaning=" needs a look" /> : null
}

function Mark({ kind, text, meaning }: { readonly kind: string; readonly text: string; readonly meaning?: string }) {
  return (
    <>
      {' '}
      <span class={`badge ${kind}`}>
        {text}
        {meaning !== undefined && <span class="unseen">{meaning}</span>}
      </span>
    </>
  )
}

function Pulse() {
  const { state } = useStore(useApp().link)
  const words = { opening: 'Connecting', live: 'Live', lost: 'Connection lost' }[state]
  return (
    <span class={`pulse ${state}`} title={words}>
      <span class="pulse-word">{words}</span>
    </span>
  )
}

function ThemeSwitch() {
  const { theme } = useApp()
  const now = useStore(theme)
  return (
    <button type="button" class="quiet" title={`Change to ${nextTheme(now)}`} onClick={() => theme.set(nextTheme(now))}>
      {themeWords[now]}
      <span class="unseen">theme</span>
    </button>
  )
}

function SignOut() {
  const { api, askSession } = useApp()
  const leave = async (): Promise<void> => {
    await api.send('DELETE', 'session').catch(() => undefined)
    await askSession()
  }
  return (
    <button type="button" class="quiet" onClick={() => void leave()}>
      Sign out
    </button>
  )
}
