/** What the models hold, as far as it is known. No I/O. */

export interface Model {
  readonly keys: number // free function keys on the phone itself
  readonly mostModules: number // expansion modules of 42 keys
  readonly bookEntries: number
}

const models: ReadonlyMap<string, Model> = new Map([
  ['snom300', { keys: 6, mostModules: 0, bookEntries: 100 }],
  ['snom320', { keys: 12, mostModules: 3, bookEntries: 100 }],
  ['snom360', { keys: 12, mostModules: 3, bookEntries: 100 }],
  ['snom370', { keys: 12, mostModules: 3, bookEntries: 250 }],
])

/** Undefined for models whose limits nobody has written down. */
export function modelOf(type: string | undefined): Model | undefined {
  return models.get(type?.toLowerCase() ?? '')
}
