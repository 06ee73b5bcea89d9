/** The status page: where it begins. */

import { render } from 'preact'
import type { SessionView } from '../api/shapes.js'
import { createApi, wordsOf } from './api.js'
import { type App, AppContext, type Link, type Session } from './app.js'
import { listen } from './live.js'
import { Page } from './page.js'
import { createRoster } from './roster.js'
import { watchRoute } from './route.js'
import { createStore } from './store.js'
import { watchTheme } from './theme.js'
import './styles/base.css'
import './styles/frame.css'
import './styles/grid.css'
import './styles/phones.css'
import './styles/phone.css'
import './styles/views.css'

const base = 'api/v1/' // relative: the page may stand below a path of a proxy

function createApp(): App {
  const session = createStore<Session>({ state: 'asking' })
  const api = createApi(base, () => {
    const now = session.get()
    if (now.state === 'known') session.set({ ...now, view: { ...now.view, isSignedIn: false }, hasEnded: true })
  })
  const roster = createRoster()
  const link = createStore<Link>({ state: 'opening' })
  const health = createStore<ReturnType<App['health']['get']>>(undefined)

  async function askSession(): Promise<void> {
    const before = session.get()
    const wasIn = before.state === 'known' && before.view.isSignedIn
    try {
      const view = await api.get<SessionView>('session')
      if (before.state === 'known' && same(before.view, view)) return
      session.set({ state: 'known', view, hasEnded: wasIn && !view.isSignedIn })
    } catch (error) {
      if (before.state !== 'known') session.set({ state: 'unreachable', problem: wordsOf(error) })
    }
  }

  return {
    ...{ api, roster, link, health, session, askSession },
    route: watchRoute(),
    theme: watchTheme(),
    spoken: createStore(''),
    phonesAt: createStore('#/phones'),
    listen: () => listen({ api, roster, health, link, askSession }, `${base}events`),
  }
}

function same(one: SessionView, other: SessionView): boolean {
  return one.isSignedIn === other.isSignedIn && one.needsPassword === other.needsPassword && one.site === other.site
}

const place = document.getElementById('page')
if (place !== null) {
  const app = createApp()
  void app.askSession()
  render(
    <AppContext.Provider value={app}>
      <Page />
    </AppContext.Provider>,
    place,
  )
}
