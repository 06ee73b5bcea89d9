/** The parts of the untyped packages `dhcp` and `tftp2` that the phone uses, as their source has them. */

declare module 'dhcp/lib/protocol.js' {
  interface Message {
    op: number
    htype: number
    hlen: number
    hops: number
    xid: number
    secs: number
    flags: number
    ciaddr: string
    yiaddr: string
    siaddr: string
    giaddr: string
    chaddr: string // AA-BB-CC-DD-EE-FF when parsed; with - or : to be formatted
    sname: string
    file: string
    options: Record<string, unknown> // by code
  }
  const protocol: {
    /** Throws on much that real networks carry. */
    parse(bytes: Buffer): Message & { magicCookie: number }
    /** The message is `_data` up to `_w`. Throws on values that do not fit. */
    format(message: Message): { readonly _data: Buffer; readonly _w: number }
  }
  export = protocol
}

declare module 'dhcp/lib/options.js' {
  const options: {
    readonly opts: Readonly<Record<string, { readonly name: string; readonly type: string }>>
    addOption(code: number, option: { name: string; type: string }): void
  }
  export = options
}

declare module 'tftp2/packet.js' {
  interface Packet {
    readonly opcode: number
    readonly block?: number
    readonly data?: Buffer
    readonly code?: number
    readonly message?: string
  }
  const packet: {
    readonly OPCODE: { readonly RRQ: 1; readonly WRQ: 2; readonly DATA: 3; readonly ACK: 4; readonly ERROR: 5 }
    parse(bytes: Buffer): Packet
  }
  export = packet
}

declare module 'tftp2/connection.js' {
  import { type RemoteInfo, Socket } from 'node:dgram'

  interface Block {
    readonly block: number
    readonly data: Buffer
    readonly rinfo: RemoteInfo
  }
  class Connection extends Socket {
    constructor(peer: { address: string; port: number })
    setRemoteDescription(peer: { address: string; port: number }): void
    sendRequest(opcode: number, filename: string): Promise<number>
    sendAck(block: number): Promise<number>
    waitBlock(block: number): Promise<Block>
  }
  export = Connection
}
