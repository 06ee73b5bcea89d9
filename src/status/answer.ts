/** Asks the appliance for what a view shows, and again when that may have changed. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { wordsOf } from './api.js'
import { useApp } from './app.js'

export interface Answer<T> {
  readonly value: T | undefined // the last one of this path, also while the next is on its way
  readonly problem: string | undefined
  readonly again: () => void
}

/** `version`: a value that changes when the answer may. */
export function useAnswer<T>(path: string, version?: unknown): Answer<T> {
  const { api } = useApp()
  const [held, setHeld] = useState<{ path: string; value?: T; problem?: string }>({ path })
  const [round, setRound] = useState(0)

  // Version and round say when to ask again.
  useEffect(() => {
    let isWanted = true
    api.get<T>(path).then(
      value => isWanted && setHeld({ path, value }),
      error =>
        isWanted && setHeld(before => ({ ...(before.path === path ? before : { path }), problem: wordsOf(error) })),
    )
    return () => {
      isWanted = false
    }
  }, [api, path, version, round])

  const isHeld = held.path === path
  return {
    value: isHeld ? held.value : undefined,
    problem: isHeld ? held.problem : undefined,
    again: useCallback(() => setRound(n => n + 1), []),
  }
}

/** A value at most once in that many milliseconds, so that a busy phone does not keep the appliance busy. */
export function useSeldom<T>(value: T, pause: number): T {
  const [shown, setShown] = useState(value)
  const latest = useRef(value)
  const timer = useRef<number | undefined>(undefined)
  latest.current = value
  useEffect(() => {
    if (value === shown || timer.current !== undefined) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      setShown(() => latest.current)
    }, pause)
  }, [value, shown, pause])
  useEffect(() => () => clearTimeout(timer.current), [])
  return shown
}
