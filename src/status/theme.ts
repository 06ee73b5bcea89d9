/** Dark or light: as the system has it, until the reader says otherwise; kept in this browser. */

import { createStore, type Store } from './store.js'

export type Theme = 'system' | 'light' | 'dark'

const place = 'option66-theme'
const themes: readonly Theme[] = ['system', 'light', 'dark']

/** Keeps `data-theme` of the document at light or dark. */
export function watchTheme(): Store<Theme> {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const theme = createStore<Theme>(kept())
  const show = (): void => {
    const isDark = theme.get() === 'dark' || (theme.get() === 'system' && system.matches)
    document.documentElement.setAttribute('data-theme', isDark ? 'dark' : 'light')
  }
  system.addEventListener('change', show)
  theme.watch(() => {
    show()
    keep(theme.get())
  })
  show()
  return theme
}

export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
}

/** A browser may refuse its storage to us; the theme then lasts as long as the page. */
function kept(): Theme {
  try {
    return themes.find(theme => theme === localStorage.getItem(place)) ?? 'system'
  } catch {
    return 'system'
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(place, theme)
  } catch {
    // see above
  }
}
