/** HTTP GET as phones do it: no half answers (RFC 9112 §8), and broken images taken up by Range (RFC 9110 §14). */

import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import type { Answer, Asker } from './fetch.js'
import { describeCut, describeError, type Part } from './http-part.js'
import { formatTime, Hang } from './step.js'

const mostResumptions = 3 // a phone that downloads for ever is no phone

/** Rejects with Hang where no complete answer comes. Redirections (30x) are not followed. */
export async function getHttp(url: string, asker: Asker): Promise<Answer> {
  const part: Part = { url, chunks: [], bytes: 0, expected: undefined, isCut: false }
  const notes: string[] = []
  for (let resumed = 0; ; resumed += 1) {
    try {
      const answer = await getRest(part, asker)
      return { ...answer, notes: [...notes, ...(answer.notes ?? [])] }
    } catch (error) {
      const mayResume = asker.resumes && part.isCut && part.bytes > 0 && resumed < mostResumptions
      if (!(error instanceof Hang) || !mayResume) throw error
      notes.push(`broke off (${error.why}) and is taken up at byte ${part.bytes}`)
    }
  }
}

function getRest(part: Part, asker: Asker): Promise<Answer> {
  return new Promise((resolve, reject) => {
    part.isCut = false
    const asking = ask(part, asker)
    const fail = (why: string) => {
      clearTimeout(timer)
      asking.destroy()
      reject(new Hang(part.url, why))
    }
    const timer = setTimeout(() => fail(describeSilence(part, asker.timeLimit)), asker.timeLimit)
    const break_ = (error: Error) => {
      part.isCut = part.expected !== undefined
      fail(describeError(part, error, asker.connections.speaks))
    }
    asking.on('error', break_)
    asking.on('response', response => {
      response.on('error', break_)
      readBody(response, asker, part, fail, answer => {
        clearTimeout(timer)
        resolve(answer)
      })
    })
    asking.end()
  })
}

function ask({ url, bytes }: Part, { userAgent, address, connections }: Asker): ClientRequest {
  const { plain, secure, tls } = connections
  const options = {
    headers: { 'User-Agent': userAgent, Accept: '*/*', ...(bytes > 0 && { Range: `bytes=${bytes}-` }) },
    ...(address !== undefined && { localAddress: address }),
  }
  return url.toLowerCase().startsWith('https:')
    ? requestSecurely(url, { ...options, ...tls, agent: secure })
    : request(url, { ...options, agent: plain })
}

function readBody(
  response: IncomingMessage,
  { sizeLimit, discards }: Asker,
  part: Part,
  fail: (why: string) => void,
  done: (answer: Answer) => void,
): void {
  const wrong = begin(response, part)
  if (wrong !== undefined) {
    fail(wrong)
    return
  }
  const { statusCode = 0, headers } = response
  const found = statusCode === 200 || statusCode === 206
  response.on('data', (chunk: Buffer) => {
    if (found && !discards) part.chunks.push(chunk)
    part.bytes += chunk.length
    if (part.bytes > sizeLimit) fail(`is longer than ${sizeLimit} bytes, more than a phone holds`)
  })
  response.on('end', () => {
    if (!response.complete) {
      part.isCut = true
      fail(describeCut(part))
      return
    }
    done({
      status: String(statusCode),
      ...(found && { bytes: Buffer.concat(part.chunks), length: part.bytes }),
      notes: notesOn(statusCode, headers),
    })
  })
}

/** Sets out for a new answer, or for the rest of one. What is wrong with it, or undefined. */
function begin({ statusCode, headers }: IncomingMessage, part: Part): string | undefined {
  const length = headers['content-length']
  if (statusCode === 206) {
    const from = Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1])
    if (from !== part.bytes)
      return `asked from byte ${part.bytes}, got ${headers['content-range'] ?? '206 without range'}`
  } else {
    part.chunks = []
    part.bytes = 0
  }
  part.expected = length === undefined ? undefined : part.bytes + Number(length)
  return undefined
}

function notesOn(status: number, headers: IncomingMessage['headers']): readonly string[] {
  if (status === 200 && headers['content-length'] === undefined) {
    return ['came without Content-Length, which old phones need']
  }
  const { location } = headers
  if (location === undefined || status < 300 || status > 399) return []
  return [`sends the phone on to ${location}, which it does not follow: name the new server in setting_server`]
}

function describeSilence(part: Part, timeLimit: number): string {
  const limit = formatTime(timeLimit)
  if (part.bytes === 0 && part.expected === undefined) return `no answer within ${limit}`
  return `${describeCut(part)} within ${limit}; the phone waits for the rest`
}
