/** Objects without the fields that have no value. No I/O. */

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields that have a value. */
export function given<T extends object>(fields: T): Given<T> {
  const found: { -readonly [K in keyof T]?: T[K] } = {}
  for (const name in fields) {
    if (fields[name] !== undefined) found[name] = fields[name]
  }
  return found as Given<T> // none of them undefined
}
