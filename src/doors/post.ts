/** What the HTTP door takes beside the phones' GETs: POSTs to named paths, each for somebody who answers them. */

/** Larger bodies are not read, in bytes. */
export const longestPost = 64 * 1024

export interface Post {
  readonly body: Buffer // at most `longestPost`
  readonly contentType: string // as it came; '' where there is none
  readonly authorization: string // as it came; '' where there is none
  readonly address: string // of the client
}

export interface Posted {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Reached by TLS, or from this machine itself: what it is sent is nobody else's to read. */
export interface PostBox {
  /** `path`: without its query. */
  takes(path: string): boolean
  answer(post: Post): Promise<Posted>
}
