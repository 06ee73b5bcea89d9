/** Where in the page the reader is, kept in the address behind the #: `#/phone/000413260001/documents?q=x`. */

import { createStore, type Store } from './store.js'

export interface Route {
  readonly path: readonly string[] // ['phone', '000413260001', 'documents']
  readonly search: string // q=x
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.startsWith('#/') ? hash.slice(2).split(/\?(.*)/s) : []
  const parts = path.split('/').filter(part => part !== '')
  return { path: parts.length === 0 ? ['phones'] : parts.map(decoded), search }
}

/** Follows the address bar. */
export function watchRoute(): Store<Route> {
  const route = createStore(parseRoute(location.hash))
  addEventListener('hashchange', () => {
    // Other anchors, such as that of the skip link, are no places of ours.
    if (location.hash === '' || location.hash.startsWith('#/')) route.set(parseRoute(location.hash))
  })
  return route
}

/** Changes what stands behind the `?` without a new entry in the history. */
export function replaceSearch(route: Store<Route>, search: string): void {
  const { path } = route.get()
  const hash = `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
  history.replaceState(null, '', hash)
  route.set({ path, search })
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a lone % that somebody typed
  }
}
