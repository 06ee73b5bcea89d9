/** Keeps the roster and the health in step with the appliance: one event stream, opened again whenever it breaks. */

import type { HealthView, PhoneLine } from '../api/shapes.js'
import type { App } from './app.js'

const firstPause = 1_000 // ms
const longestPause = 15_000 // ms

/** The appliance tells its health more often than this; a stream silent for longer is dead, though nobody said so. */
const longestSilence = 45_000 // ms

type Needs = Pick<App, 'api' | 'roster' | 'health' | 'link' | 'askSession'>

/** Returns how to end it. */
export function listen(app: Needs, url: string): () => void {
  let stream: EventSource | undefined
  let pending: number | undefined
  let silence: number | undefined
  let pause = firstPause
  let later: PhoneLine[] | undefined // what comes while the whole list is on its way

  function open(): void {
    stream = new EventSource(url)
    stream.addEventListener('open', opened)
    stream.addEventListener('error', broken)
    stream.addEventListener('phones', event => {
      heard()
      const lines: readonly PhoneLine[] = JSON.parse(event.data)
      if (later === undefined) app.roster.apply(lines)
      else later.push(...lines)
    })
    stream.addEventListener('health', event => {
      heard()
      const health: HealthView = JSON.parse(event.data)
      const before = app.health.get()
      app.health.set(health)
      // Phones that left the inventory are in no event.
      if (before !== undefined && before.configuration.readAt !== health.configuration.readAt) void load()
    })
  }

  function opened(): void {
    pause = firstPause
    heard()
    void load()
  }

  async function load(): Promise<void> {
    if (later !== undefined) return
    later = []
    try {
      const [lines, health] = await Promise.all([
        app.api.get<readonly PhoneLine[]>('phones'),
        app.api.get<HealthView>('health'),
      ])
      app.roster.load(lines, later)
      app.health.set(health)
      app.link.set({ state: 'live' })
      later = undefined
    } catch {
      later = undefined
      broken()
    }
  }

  function heard(): void {
    clearTimeout(silence)
    silence = setTimeout(broken, longestSilence)
  }

  function broken(): void {
    stream?.close()
    clearTimeout(silence)
    if (app.link.get().state !== 'lost') app.link.set({ state: 'lost', since: Date.now() })
    clearTimeout(pending)
    pending = setTimeout(again, pause)
    pause = Math.min(longestPause, pause * 2)
  }

  /** A session that ended looks like a broken stream: the appliance knows. */
  async function again(): Promise<void> {
    const before = pending
    await app.askSession()
    if (pending === before) open()
  }

  open()
  return () => {
    clearTimeout(pending)
    clearTimeout(silence)
    pending = undefined
    stream?.close()
  }
}
