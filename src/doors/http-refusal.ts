/** Answers without a document: short, plain, the same for every name, so that they tell a stranger nothing. */

import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
}

/** With these a body may follow that nobody reads. */
const endings: ReadonlySet<number> = new Set([400, 403, 405, 413, 415])

/** Ends the response; where half an answer has left already, the connection instead. */
export function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const text = `${status} ${reasons[status] ?? 'Error'}\n`
  const common = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  const last: Readonly<Record<string, string>> = endings.has(status) ? { connection: 'close' } : {}
  response.statusCode = status
  response.setHeaders(new Map<string, string>(Object.entries({ ...common, ...last, ...headers })))
  response.setHeader('content-length', text.length)
  response.end(text)
}

/** To a client that speaks no HTTP, says too much, or takes too long over it. Without TLS no word reaches it at all. */
export function turnAway(error: Error & { readonly code?: string }, socket: Duplex): void {
  const status = statusOfParser(error.code)
  if (socket.writable && /^(?:HPE_|ERR_HTTP_)/.test(error.code ?? '')) {
    socket.write(`HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
  socket.destroy()
}

function statusOfParser(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}

/** What the libraries throw carries its status; all else is a fault of ours. */
export function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
