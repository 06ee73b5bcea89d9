/** Mode netascii: line ends as on a network terminal (RFC 1350 §1, RFC 764). No I/O. */

import type { Source } from './source.js'

const NUL = 0
const LF = 10
const CR = 13

/**
 * LF goes as CR LF and CR as CR NUL, every other byte as it is. The file is translated block by block, since a second copy
 * of every image in flight would let a few clients fill the memory. A place is twice the offset, plus one where the first
 * byte of a pair is already out and the block ended between the two.
 */
export class Netascii implements Source {
  place = 0
  readonly #file: Buffer

  constructor(file: Buffer) {
    this.#file = file
  }

  offsetOf(place: number): number {
    return Math.floor(place / 2)
  }

  read(target: Buffer, at: number, length: number): number {
    const file = this.#file
    const end = at + length
    let to = at
    let from = this.offsetOf(this.place)
    let half = this.place % 2 === 1
    while (to < end && from < file.length) {
      const byte = file[from]
      if (byte !== LF && byte !== CR) {
        target[to++] = byte ?? 0
        from++
      } else if (half) {
        target[to++] = byte === LF ? LF : NUL
        from++
        half = false
      } else {
        target[to++] = CR
        half = true
      }
    }
    this.place = from * 2 + (half ? 1 : 0)
    return to - at
  }
}
