/** A document as doors hand it out, with its ETag. */

import { createHash } from 'node:crypto'
import type { Mac } from '../address/mac.js'
import type { Dialect } from '../snom/dialect.js'
import type { Rendered } from './bundle.js'
import type { Document } from './documents.js'

/** `mac`: whose document it is. */
export function pack(document: Document, mac: Mac | undefined, dialect: Dialect): Rendered {
  const bytes = Buffer.from(document.text)
  return {
    kind: 'rendered',
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    type: dialect === 'plain' ? 'text/html; charset=utf-8' : 'text/xml; charset=utf-8',
    withheld: document.withheld,
    ...(document.isContainer && { isContainer: true }),
    ...(mac !== undefined && { mac }),
  }
}
