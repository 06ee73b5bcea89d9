/** The whole page: signing in, or the frame with the view that the address names. */

import { useEffect, useRef } from 'preact/hooks'
import { useApp } from './app.js'
import { Banners } from './banners.js'
import { Header } from './header.js'
import { PhoneView } from './phone/phone-view.js'
import { PhonesView } from './phones/phones-view.js'
import type { Route } from './route.js'
import { SignIn } from './sign-in.js'
import { useStore } from './store.js'
import { useStuckNews } from './stuck-news.js'
import { AdoptView } from './views/adopt-view.js'
import { HealthView } from './views/health-view.js'
import { InboxView } from './views/inbox-view.js'
import { LeasesView } from './views/leases-view.js'
import { PlotsView } from './views/plots-view.js'
import { RedirectionsView } from './views/redirections-view.js'
import { ShelvesView } from './views/shelves-view.js'

export function Page() {
  const app = useApp()
  const session = useStore(app.session)
  if (session.state === 'asking') return <p class="waiting">Asking the appliance …</p>
  if (session.state === 'unreachable') return <Unreachable problem={session.problem} />
  if (session.view.needsPassword && !session.view.isSignedIn) return <SignIn session={session} />
  return <Frame />
}

function Unreachable({ problem }: { readonly problem: string }) {
  const { askSession } = useApp()
  return (
    <main class="waiting">
      <h1>option66</h1>
      <p role="alert">{problem}</p>
      <button type="button" onClick={() => void askSession()}>
        Try again
      </button>
    </main>
  )
}

function Frame() {
  const app = useApp()
  const route = useStore(app.route)
  useEffect(app.listen, [app])
  useStuckNews()
  useFocusOnTurn(route)
  return (
    <>
      <a class="skip" href="#main">
        Skip to the view
      </a>
      <Header place={route.path[0] ?? ''} />
      <Banners />
      <main id="main" tabIndex={-1}>
        <View route={route} />
      </main>
      <Spoken />
    </>
  )
}

function View({ route }: { readonly route: Route }) {
  const [place, key] = route.path
  if (place === 'phones') return <PhonesView />
  if (place === 'phone' && key !== undefined) return <PhoneView key={key} mac={key} tab={route.path[2]} />
  if (place === 'inbox') return key === undefined ? <InboxView /> : <AdoptView key={key} mac={key} />
  if (place === 'leases') return <LeasesView />
  if (place === 'redirections') return <RedirectionsView />
  if (place === 'shelves') return <ShelvesView />
  if (place === 'health') return <HealthView />
  if (place === 'plots') return <PlotsView />
  return (
    <div class="sheet">
      <h1>No such page</h1>
      <p>
        <a href="#/phones">To the phones</a>
      </p>
    </div>
  )
}

/** One polite voice for the whole page, so that nothing is said twice. */
function Spoken() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {useStore(useApp().spoken)}
    </div>
  )
}

/** A turned page begins at its heading, for those who read by ear or keyboard; its title names it. */
function useFocusOnTurn(route: Route): void {
  const first = useRef(true)
  const place = route.path.slice(0, 2).join('/')
  // A turn to another place is what this is about.
  useEffect(() => {
    const heading = document.querySelector<HTMLElement>('main h1')
    document.title = `${heading?.textContent ?? 'option66'} · option66`
    if (!first.current) heading?.focus()
    first.current = false
  }, [place])
}
