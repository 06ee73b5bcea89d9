/** Archives for tests, byte by byte: sound ones, and such as no program would write. */

import { crc32, deflateRawSync } from 'node:zlib'

export interface TarEntry {
  readonly name: string
  readonly bytes?: Buffer | string
  readonly type?: string // default: a plain file
  readonly link?: string
  readonly size?: string // the field as it shall stand there
  readonly prefix?: string
  readonly magic?: string
}

/** With its two blocks of zeros at the end. */
export function tar(...entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)])
}

export function tarEntry({ name, bytes = '', type = '0', link = '', size, prefix = '', magic }: TarEntry): Buffer {
  const data = Buffer.from(bytes)
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(size ?? `${data.length.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1')
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write(magic ?? 'ustar\x0000', 257, 8)
  header.write(prefix, 345, 155)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)])
}

export interface ZipEntry {
  readonly name: string
  readonly bytes?: Buffer | string
  readonly method?: number // default: deflate
  readonly mode?: number // of Unix
  readonly flags?: number
  readonly localName?: string // another one in the local header
  readonly size?: number // claimed, unpacked
  readonly crc?: number
}

export function zip(...entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { local, directory } = zipEntry(entry, offset)
    locals.push(local)
    central.push(directory)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

function zipEntry(entry: ZipEntry, offset: number) {
  const { name, bytes = '', method = 8, mode = 0o100644, flags = 0, localName = name } = entry
  const data = Buffer.from(bytes)
  const packed = method === 8 ? deflateRawSync(data) : data
  const shared = Buffer.alloc(26) // from "version needed" to the length of the extra field
  shared.writeUInt16LE(20, 0)
  shared.writeUInt16LE(flags, 2)
  shared.writeUInt16LE(method, 4)
  shared.writeUInt32LE(entry.crc ?? crc32(data), 10)
  shared.writeUInt32LE(packed.length, 14)
  shared.writeUInt32LE(entry.size ?? data.length, 18)
  const local = Buffer.from(shared)
  local.writeUInt16LE(Buffer.byteLength(localName), 22)
  shared.writeUInt16LE(Buffer.byteLength(name), 22)
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE((mode << 16) >>> 0, 6)
  tail.writeUInt32LE(offset, 10)
  return {
    local: Buffer.concat([Buffer.from('PK\x03\x04'), local, Buffer.from(localName), packed]),
    directory: Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), shared, tail, Buffer.from(name)]),
  }
}
