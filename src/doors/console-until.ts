/** Waits that end with the connection they are for, and leave nothing behind. */

/** Resolves when `begin` calls `done`, or at the abort. What `begin` returns undoes it, and is called in either case. */
export function until(begin: (done: () => void) => () => void, closed: AbortSignal): Promise<void> {
  if (closed.aborted) return Promise.resolve()
  return new Promise(resolve => {
    let undo = () => {}
    const done = () => {
      closed.removeEventListener('abort', done)
      undo()
      resolve()
    }
    closed.addEventListener('abort', done)
    undo = begin(done)
  })
}

/** Milliseconds. */
export function pause(time: number, closed: AbortSignal): Promise<void> {
  if (time <= 0) return Promise.resolve()
  return until(done => {
    const timer = setTimeout(done, time)
    return () => clearTimeout(timer)
  }, closed)
}
