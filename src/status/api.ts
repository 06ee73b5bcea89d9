/** Asks the appliance: every request of the page but the event stream passes here. */

/** The appliance said no, or could not be reached; the message is one sentence for the reader. */
export class Refused extends Error {
  readonly status: number // of HTTP; 0: no answer came
  readonly retryAfter: number | undefined // seconds

  constructor(status: number, message: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

export interface Api {
  /** `path` below /api/v1/. Rejects with Refused. */
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
}

/** `signedOut`: called when the appliance no longer knows this session. */
export function createApi(base: string, signedOut: () => void): Api {
  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${base}${path}`, { ...init, credentials: 'same-origin' }).catch(() => undefined)
    if (response === undefined) throw new Refused(0, 'The appliance does not answer.')
    if (response.status === 401 && path !== 'session') signedOut()
    if (!response.ok) throw await refusalOf(response)
    // The appliance writes its answers by the same shapes that these types follow from.
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  return {
    get: path => ask(path, { headers: { accept: 'application/json' } }),
    // A page of another origin can send neither the header nor JSON without being asked first.
    send: (method, path, body) =>
      ask(path, {
        method,
        headers: {
          accept: 'application/json',
          'x-option66': '1',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  }
}

async function refusalOf(response: Response): Promise<Refused> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const problem: unknown = await response.json().catch(() => undefined)
  const message =
    typeof problem === 'object' && problem !== null && 'error' in problem && typeof problem.error === 'string'
      ? problem.error
      : `The appliance answered ${response.status} ${response.statusText}`
  return new Refused(response.status, message, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
