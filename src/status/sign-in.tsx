/** The form to sign in: one password, and what is wrong with it. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { Refused, wordsOf } from './api.js'
import { type Session, useApp } from './app.js'

export function SignIn({ session }: { readonly session: Session & { state: 'known' } }) {
  const { api, askSession } = useApp()
  const [problem, setProblem] = useState(session.hasEnded ? 'Your session has ended. Sign in again.' : '')
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)

  useEffect(() => {
    document.title = 'Sign in · option66'
    field.current?.focus()
  }, [])

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    try {
      await api.send('POST', 'session', { password: field.current?.value ?? '' })
      await askSession()
    } catch (error) {
      setProblem(problemOf(error))
      setBusy(false)
      field.current?.select()
      field.current?.focus()
    }
  }

  return (
    <main class="sign-in">
      <form onSubmit={event => void submit(event)}>
        <h1>option66</h1>
        {session.view.site !== undefined && <p class="site">{session.view.site}</p>}
        {/* For password keepers, which look for a name beside the password. */}
        <input class="unseen" type="text" name="username" value="option66" autocomplete="username" hidden readOnly />
        <label>
          Password
          <input
            ref={field}
            type="password"
            name="password"
            autocomplete="current-password"
            maxLength={256}
            required
            aria-describedby="sign-in-problem"
          />
        </label>
        <p id="sign-in-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="main" disabled={isBusy}>
          {isBusy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}

function problemOf(error: unknown): string {
  if (!(error instanceof Refused)) return wordsOf(error)
  if (error.status === 429) {
    const wait = error.retryAfter === undefined ? 'a while' : `${error.retryAfter} s`
    return `Too many wrong passwords. Wait ${wait}, then try again.`
  }
  return error.status === 401 || error.status === 403 ? 'Wrong password.' : error.message
}
