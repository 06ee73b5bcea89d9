/** The server below the HTTP door, plain or by TLS, and how long it waits for anybody. */

import { constants } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { DEFAULT_CIPHERS, type PeerCertificate, type SecureContextOptions, TLSSocket } from 'node:tls'
import type { Mac } from '../address/mac.js'
import { macsIn } from '../snom/mac-in-text.js'
import { inTurn } from './in-turn.js'

/** PEM, all of it. */
export interface Credentials {
  readonly certificate: string // its chain behind it
  readonly key: string
  readonly clientCa?: string // who signs the phones' own certificates
}

export interface TlsOptions extends Credentials {
  /** TLS 1.0 and 1.1 too, which firmware 7 and older need. */
  readonly oldTls: boolean
}

/** Phones send some 300 bytes of header. */
const maxHeader = 8 * 1024 // bytes

/** How long a client may take, in milliseconds. Phones send their request in one segment. */
const patience = {
  handshake: 10_000, // an old phone computes for a second or two
  headers: 10_000,
  request: 15_000,
  keepAlive: 15_000,
  silence: 30_000,
  look: 2_000,
}

/** Throws one sentence when the certificate cannot be used. */
export function createHttpServer(listener: RequestListener, tls: TlsOptions | undefined): Server {
  const limits = {
    maxHeaderSize: maxHeader,
    requireHostHeader: false, // some old phones send HTTP/1.1 without a Host
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    keepAliveTimeout: patience.keepAlive,
    connectionsCheckingInterval: patience.look,
  }
  const answer = inTurn(listener)
  const server = tls === undefined ? createServer(limits, answer) : secureServer({ ...limits, tls }, answer)
  server.setTimeout(patience.silence)
  return server
}

/** New connections get the new certificate, running ones keep theirs. Throws one sentence, and then the old one goes on. */
export function replaceCertificate(server: Server, tls: TlsOptions): void {
  if (server instanceof SecureServer) orSay(() => server.setSecureContext(contextOf(tls)))
}

/**
 * The phone that a verified certificate names. A common name with no MAC address in it, or with two, names none; so does
 * a session taken up again whose certificate is gone.
 */
export function certifiedMac(socket: Socket): Mac | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { subject }: Partial<PeerCertificate> = socket.getPeerCertificate() // empty where there was none
  const name: unknown = subject?.CN // a list where it stands more than once
  const [mac, ...others] = typeof name === 'string' ? macsIn(name) : []
  return others.length === 0 ? mac : undefined
}

function secureServer({ tls, ...limits }: { readonly tls: TlsOptions }, listener: RequestListener): Server {
  const asks = {
    requestCert: tls.clientCa !== undefined,
    rejectUnauthorized: false, // who has none is as well off as by http
    handshakeTimeout: patience.handshake,
  }
  return orSay(() => createSecureServer({ ...limits, ...asks, ...contextOf(tls) }, listener))
}

function contextOf({ certificate, key, clientCa, oldTls }: TlsOptions): SecureContextOptions {
  return {
    cert: certificate,
    key,
    ...(clientCa !== undefined && { ca: clientCa }),
    minVersion: oldTls ? 'TLSv1' : 'TLSv1.2',
    // TLS 1.0 and 1.1 sign by MD5 and SHA-1 together, which OpenSSL 3 does at its lowest level alone.
    ...(oldTls && { ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` }),
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION, // no phone needs it, and it lets a stranger make us compute
  }
}

function orSay<Result>(action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`https: TLS refuses the certificate or its key (${reason}): make another`, { cause: error })
  }
}
