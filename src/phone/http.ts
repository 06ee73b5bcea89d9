/** HTTP GET as old phones do it: a connection for each file, and no half answers (RFC 9112 §8). */

import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { Answer, Asker } from './fetch.js'
import { codeOf, formatTime, Hang } from './step.js'

/** Rejects with Hang where no complete answer comes. Redirections are not followed. */
export function getHttp(url: string, asker: Asker): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const progress: Progress = { url, bytes: 0, expected: undefined }
    const asking = ask(url, asker)
    const fail = (why: string) => {
      clearTimeout(timer)
      asking.destroy()
      reject(new Hang(url, why))
    }
    const timer = setTimeout(() => fail(describeSilence(progress, asker.timeLimit)), asker.timeLimit)
    asking.on('error', error => fail(describeError(progress, error)))
    asking.on('response', response =>
      readBody(response, asker.sizeLimit, progress, fail, answer => {
        clearTimeout(timer)
        resolve(answer)
      }),
    )
    asking.end()
  })
}

interface Progress {
  readonly url: string
  bytes: number
  expected: number | undefined // Content-Length
}

function ask(url: string, asker: Asker): ClientRequest {
  return request(url, {
    agent: false, // a connection of its own, closed after the answer
    headers: { 'User-Agent': asker.userAgent, Accept: '*/*' },
    ...(asker.address !== undefined && { localAddress: asker.address }),
  })
}

function readBody(
  response: IncomingMessage,
  sizeLimit: number,
  progress: Progress,
  fail: (why: string) => void,
  done: (answer: Answer) => void,
): void {
  const chunks: Buffer[] = []
  const length = response.headers['content-length']
  progress.expected = length === undefined ? undefined : Number(length)
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    progress.bytes += chunk.length
    if (progress.bytes > sizeLimit) fail(`is longer than ${sizeLimit} bytes, more than a phone holds`)
  })
  response.on('error', error => fail(describeError(progress, error)))
  response.on('end', () => {
    if (!response.complete) return fail(describeCut(progress))
    const found = response.statusCode === 200
    done({
      status: String(response.statusCode),
      ...(found && { bytes: Buffer.concat(chunks) }),
      ...(found && length === undefined && { note: 'came without Content-Length, which old phones need' }),
    })
  })
}

function describeSilence(progress: Progress, timeLimit: number): string {
  const limit = formatTime(timeLimit)
  if (progress.bytes === 0 && progress.expected === undefined) return `no answer within ${limit}`
  return `${describeCut(progress)} within ${limit}; the phone waits for the rest`
}

function describeCut({ bytes, expected }: Progress): string {
  return expected === undefined
    ? `stopped after ${bytes} bytes`
    : `Content-Length says ${expected} bytes, ${bytes} came`
}

function describeError(progress: Progress, error: Error): string {
  const code = codeOf(error)
  const { host } = new URL(progress.url)
  const { expected } = progress
  if (code.startsWith('HPE_')) {
    return expected === undefined
      ? `the answer is no HTTP (${code})`
      : `more came than Content-Length's ${expected} bytes`
  }
  if (expected !== undefined) return describeCut(progress)
  if (code === 'ECONNREFUSED') return `nothing listens at ${host}`
  return `the connection to ${host} failed (${code})`
}
