/** The files of the status page, read once: what is asked for is looked up among them, and never on the disk. */

import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { FastifyInstance, FastifyReply } from './web-server.js'

interface PageFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
  readonly isFixed: boolean // its name changes with its content
}

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
}

/** The page is far smaller; a folder given by mistake must not fill the memory. */
const mostFiles = 200
const mostBytes = 4 * 1024 * 1024 // each

const unbuilt = 'the status page is not built; run `npm run build`, and start again'

/** GET of `/` and of each file below; anybody may have them, for they hold nothing of this site. */
export async function addPage(app: FastifyInstance, folder: string): Promise<void> {
  const files = await readPage(folder)
  app.get('/*', { config: { isPublic: true }, schema: { hide: true } }, (request, reply) => {
    const path = request.url.replace(/\?.*/s, '')
    const file = files.get(path === '/' ? '/index.html' : path)
    if (file !== undefined) return send(reply, file, request.headers['if-none-match'])
    return reply.code(404).send({ error: path === '/' ? unbuilt : 'nothing has this name' })
  })
}

function send(reply: FastifyReply, { bytes, type, etag, isFixed }: PageFile, known = ''): FastifyReply {
  reply.header('etag', etag)
  reply.header('cache-control', isFixed ? 'public, max-age=31536000, immutable' : 'no-cache')
  if (known.split(/\s*,\s*/).includes(etag)) return reply.code(304).send()
  return reply.type(type).send(bytes)
}

async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Map<string, PageFile>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const type = types[entry.name.replace(/.*\./, '')]
    if (!entry.isFile() || type === undefined || files.size >= mostFiles) continue
    if ((await stat(path)).size > mostBytes) continue
    const bytes = await readFile(path)
    const name = `/${relative(folder, path)}`
    files.set(name, { bytes, type, etag: etagOf(bytes), isFixed: name.startsWith('/assets/') })
  }
  return files
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
}
