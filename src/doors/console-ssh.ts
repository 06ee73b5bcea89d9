/** SSH itself (RFC 4251 to 4254): what of ssh2 the console uses, with today's algorithms and nothing it does not need. */

import { createHash, createPublicKey } from 'node:crypto'
import type { Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2'

export type Client = Connection
export type Login = AuthContext
export type KeyLogin = Extract<AuthContext, { method: 'publickey' }>
export type Channel = ServerChannel
export type SessionRequests = Session

/** No SHA-1, no CBC, no finite-field Diffie-Hellman (which takes long in one thread), no compression. */
const algorithms: ssh2.Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
  ],
  cipher: [
    'chacha20-poly1305@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-gcm@openssh.com',
    'aes256-ctr',
    'aes128-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}

const shortestRsa = 2048 // bits

/** A fresh ed25519 private key in OpenSSH's format. */
export function makeHostKey(): string {
  return ssh2.utils.generateKeyPairSync('ed25519', { comment: 'option66 redirection console' }).private
}

/** `SHA256:…` as ssh-keygen -l prints it. @throws Error what is wrong with the key, as the end of a sentence */
export function fingerprint(privateKey: string): string {
  const key = parsed(privateKey)
  if (key === undefined || !key.isPrivateKey()) {
    throw new Error("is no private key in OpenSSH's form without a passphrase (ssh-keygen -t ed25519 -N '')")
  }
  // ssh2 would offer SHA-1 signatures with an RSA key.
  if (!/^(?:ssh-ed25519|ecdsa-)/.test(key.type)) throw new Error(`is of type ${key.type}: expected ed25519 or ecdsa`)
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replaceAll('=', '')}`
}

/** Takes accepted sockets; `connected` is called when one has said that it speaks SSH. */
export function acceptSsh(privateKey: string, connected: (client: Client, socket: Socket) => void) {
  return (socket: Socket): void => {
    // One for each socket: only so is it known which socket a client came by.
    const server = new ssh2.Server({ hostKeys: [privateKey], algorithms, ident: 'option66' })
    server.on('connection', client => connected(client, socket))
    server.injectSocket(socket)
  }
}

/** Whether a line of an authorized_keys file is a key that opens anything here; options before it are not understood. */
export function isPublicKey(line: string): boolean {
  return publicKey(line) !== undefined
}

/** What the client says of this key: nothing; that it has it; or the proof. */
export function provenBy(line: string, { key, signature, blob, hashAlgo }: KeyLogin): 'no' | 'claimed' | 'proven' {
  const known = publicKey(line)
  if (known === undefined || known.type !== key.algo || !known.getPublicSSH().equals(key.data)) return 'no'
  if (known.type === 'ssh-rsa' && signature !== undefined && hashAlgo === undefined) return 'no' // SHA-1 (RFC 8332 §3)
  if (signature === undefined || blob === undefined) return 'claimed'
  return known.verify(blob, signature, hashAlgo) === true ? 'proven' : 'no'
}

function publicKey(line: string): ParsedKey | undefined {
  const key = parsed(line.trim())
  if (key === undefined || key.isPrivateKey()) return undefined
  if (/^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521))$/.test(key.type)) return key
  if (key.type !== 'ssh-rsa') return undefined
  const { modulusLength = 0 } = createPublicKey(key.getPublicPEM()).asymmetricKeyDetails ?? {}
  return modulusLength < shortestRsa ? undefined : key
}

function parsed(text: string): ParsedKey | undefined {
  const key: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text)
  if (key instanceof Error) return undefined
  return Array.isArray(key) ? key[0] : key
}
