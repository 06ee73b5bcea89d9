/** A registry without a disk, with the journal of what it saved and logged. */

import { type Mac, parseMac } from '../../src/address/mac.js'
import type { Fields } from '../../src/doors/log.js'
import type { Change, RedirectionStore } from '../../src/redirect/registry.js'
import { DurableRedirections } from '../../src/redirections.js'
import { some } from '../some.js'

export const mac = (text: string): Mac => some(parseMac(text))

export interface Memory {
  readonly redirections: DurableRedirections
  readonly saved: Change[]
  readonly audit: Array<Fields & { readonly text: string }>
}

export function memory(store?: Partial<RedirectionStore>, changes: readonly Change[] = []): Memory {
  const saved: Change[] = []
  const audit: Memory['audit'] = []
  const save = async (more: readonly Change[]) => void saved.push(...more)
  const note = (fields: Fields, text: string) => void audit.push({ ...fields, text })
  const log = { debug: note, info: note, warn: note, error: note }
  const redirections = new DurableRedirections(
    { save, close: async () => undefined, ...store },
    changes,
    log,
    () => 1000,
  )
  return { redirections, saved, audit }
}
