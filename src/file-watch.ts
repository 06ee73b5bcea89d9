/** Sees that one of a few files is another than before: written in place, or replaced by another of its name. */

import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const usualInterval = 1000 // ms between two looks; looking at a few files takes a fraction of one

export interface FileWatchOptions {
  readonly interval?: number // ms
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface FileWatch {
  close(): Promise<void>
}

/**
 * Calls `changed` once the files have been the same for two looks, so that no half-written one is read. `files` is
 * asked at each look: a name that is new in it is no change.
 *
 * By looking, not by inotify: an editor writes a new file in place of the old, and that ends the watch of the old one.
 */
export function watchFiles(
  files: () => readonly string[],
  changed: () => void,
  { interval = usualInterval, wait = waitFor }: FileWatchOptions = {},
): FileWatch {
  const closing = new AbortController()
  const watch = async (): Promise<void> => {
    let known = await printsOf(files())
    let before = known
    while (!closing.signal.aborted) {
      await wait(interval, closing.signal)
      const now = await printsOf(files())
      const isQuiet = !differs(now, before)
      before = now
      const isNews = differs(now, known)
      if (isNews && !isQuiet) continue
      known = now
      if (isNews && !closing.signal.aborted) changed()
    }
  }
  const watching = watch()
  return {
    close: () => {
      closing.abort()
      return watching
    },
  }
}

type Prints = ReadonlyMap<string, string>

async function printsOf(files: readonly string[]): Promise<Prints> {
  return new Map(await Promise.all(files.map(async (file): Promise<[string, string]> => [file, await printOf(file)])))
}

/** Another text has another print, but for who sets the clock back and writes as many bytes within its grain. */
async function printOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join()
  } catch {
    return 'not there' // or not to be seen, which reading it will tell
  }
}

function differs(now: Prints, before: Prints): boolean {
  return [...now].some(([file, print]) => before.has(file) && before.get(file) !== print)
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
