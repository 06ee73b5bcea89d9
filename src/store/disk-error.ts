/** What an operator reads when the disk refuses: one sentence with what, where, why and the remedy. No I/O. */

const remedies: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'free some space on that file system'],
  ['EDQUOT', "free some space, or raise this user's quota"],
  ['EROFS', 'mount that file system for writing, or name another folder with the key `state`'],
  ['EACCES', 'run as the user who owns it, or give it to this one with `chown -R`'],
  ['EPERM', 'run as the user who owns it, or give it to this one with `chown -R`'],
  ['EIO', 'the disk may be failing: look into the kernel log'],
  ['ENOENT', 'check the key `state`'],
  ['ENOTDIR', 'a part of that path is no folder: check the key `state`'],
  ['EEXIST', 'a file stands where that folder belongs: move it away, or check the key `state`'],
  ['EISDIR', 'a folder stands where a file belongs: move it away'],
  ['EMFILE', 'raise the limit of open files of this process'],
])

/** `doing` completes "cannot …": `cannot write /var/lib/option66/leases.journal: …`. */
export function diskError(doing: string, path: string, error: unknown): Error {
  const code = errorCode(error)
  const remedy = remedies.get(code ?? '')
  return new Error(`cannot ${doing} ${path}: ${reason(error)}${remedy ? `; ${remedy}` : ''}`, { cause: error })
}

/** What was caught, as an error: ours say all already. */
export function diskProblem(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** `ENOENT`; undefined where it is not the system's error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

// Node says `ENOSPC: no space left on device, write`; the call and the path after the comma are said already.
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return /^E[A-Z0-9]+: ([^,]+),/.exec(error.message)?.[1] ?? error.message
}
