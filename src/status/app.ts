/** What every view can reach. */

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { HealthView, SessionView } from '../api/shapes.js'
import type { Api } from './api.js'
import type { Roster } from './roster.js'
import type { Route } from './route.js'
import type { Store } from './store.js'
import type { Theme } from './theme.js'

/** How the event stream stands; `since`: when it broke, ms since 1970. */
export type Link = { readonly state: 'opening' | 'live' } | { readonly state: 'lost'; readonly since: number }

export type Session =
  | { readonly state: 'asking' }
  | { readonly state: 'unreachable'; readonly problem: string }
  | { readonly state: 'known'; readonly view: SessionView; readonly hasEnded: boolean } // ended: was signed in before

export interface App {
  readonly api: Api
  readonly roster: Roster
  readonly route: Store<Route>
  readonly health: Store<HealthView | undefined>
  readonly link: Store<Link>
  readonly session: Store<Session>
  readonly theme: Store<Theme>
  readonly spoken: Store<string> // to whoever hears the page instead of seeing it
  readonly phonesAt: Store<string> // address of the list with its filter, to come back to
  /** Opens the event stream; the returned function closes it. */
  readonly listen: () => () => void
  readonly askSession: () => Promise<void>
}

export const AppContext = createContext<App | undefined>(undefined)

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === undefined) throw new Error('a view stands outside of the page')
  return app
}
