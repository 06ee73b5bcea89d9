/** What a journal holds, and which of it counts: the last record of each key. No I/O. */

export interface Records<Value> {
  readonly file: string // its name in the folder: leases.journal
  key(value: Value): Key
  encode(value: Value): string // without a line feed
  decode(text: string): Value | undefined // undefined: not such a record
  isGone?(value: Value): boolean // its key need not be kept any longer; default: none is
}

export type Key = string | number

/** A sentence for the operator's log. */
export type Report = (text: string) => void

export function latest<Value>(values: Iterable<Value>, records: Records<Value>): Map<Key, Value> {
  const live = new Map<Key, Value>()
  for (const value of values) keepLast(live, records, value)
  return live
}

/** The longest unchanged stays first. */
export function keepLast<Value>(live: Map<Key, Value>, records: Records<Value>, value: Value): void {
  const key = records.key(value)
  live.delete(key)
  if (records.isGone?.(value) !== true) live.set(key, value)
}
