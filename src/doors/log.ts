/** What a door may say. One line per fact, fields first; the logger behind it redacts secrets. */

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  debug(fields: Fields, text: string): void // what a stranger sent
  info(fields: Fields, text: string): void // what an operator wants on a quiet day
  warn(fields: Fields, text: string): void
  error(fields: Fields, text: string): void
  /** Asked before the fields of a frequent line are put together. True: it would not be written now; it counts as left out. */
  leavesOut?(level: 'debug' | 'info'): boolean
}
