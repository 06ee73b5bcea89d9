/** A file on its way to the wire, readable again from any place it has been at. No I/O. */

export interface Source {
  /** Where the next read begins; set to a value it had before, the same bytes come again. Else opaque. */
  place: number
  /** Bytes of the file that lie before `place`. */
  offsetOf(place: number): number
  /** Writes the next bytes to `target[at]`, at most `length`; returns how many: fewer only at the end. */
  read(target: Buffer, at: number, length: number): number
}

/** Mode octet: the bytes as they are. */
export class Octets implements Source {
  place = 0
  readonly #file: Buffer

  constructor(file: Buffer) {
    this.#file = file
  }

  offsetOf(place: number): number {
    return place
  }

  read(target: Buffer, at: number, length: number): number {
    const copied = this.#file.copy(target, at, this.place, this.place + length)
    this.place += copied
    return copied
  }
}
