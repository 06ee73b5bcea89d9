/** From options 66 and 67, or a settings URL, to the names a snom phone asks for, in order. No I/O. */

import { type Identity, macText } from './model.js'

/** What a lease says about where settings are; values inside option 43 win over the plain options. */
export interface Pointers {
  readonly option66?: string
  readonly option67?: string
  readonly inside43: ReadonlyMap<number, string> // 66, 67, 132, 133
}

export interface SettingsUrl {
  readonly url: string
  readonly by: string // `option 66 and option 67`
}

/** Undefined where no option 66 came, plain or inside 43: 67 alone names no server. */
export function settingsUrl(pointers: Pointers): SettingsUrl | undefined {
  const server = pointers.inside43.get(66) ?? pointers.option66
  const file = pointers.inside43.get(67) ?? pointers.option67
  if (server === undefined || server === '') return undefined
  const by66 = pointers.inside43.has(66) ? 'option 43.66' : 'option 66'
  if (file === undefined || file === '') return { url: withScheme(server), by: by66 }
  const by67 = pointers.inside43.has(67) ? 'option 43.67' : 'option 67'
  return { url: join(withScheme(server), file), by: `${by66} and ${by67}` }
}

/** The sub-options of option 43: code, length, text with a trailing NUL that the length counts. */
export function readOption43(bytes: readonly number[]): ReadonlyMap<number, string> {
  const inside = new Map<number, string>()
  let at = 0
  while (at < bytes.length) {
    const code = bytes[at] ?? 255
    if (code === 255) break
    const length = code === 0 ? -1 : (bytes[at + 1] ?? 0) // RFC 2132 §8.4: 0 pads and has no length
    const text = String.fromCharCode(...bytes.slice(at + 2, at + 2 + length)).replace(/\0.*$/s, '')
    if (length >= 0 && text !== '') inside.set(code, text)
    at += 2 + length
  }
  return inside
}

/**
 * The URLs a phone asks, in order: without a file name `<type>.htm` and `<type>-<MAC>.htm`; with one that
 * lacks {mac}, that and the same with `-MAC` before the extension; with {mac}, that one alone.
 */
export function settingsUrls(url: string, identity: Identity): readonly string[] {
  const { phoneType, mac } = identity
  const full = expand(url, identity)
  if (/\{mac\}/i.test(url)) return [full]
  const [, base = '', name = '', rest = ''] =
    /^([a-z][a-z\d+.-]*:\/\/[^/?#]*(?:[^?#]*\/)?)([^/?#]*)(.*)$/i.exec(full) ?? []
  if (name === '') {
    const folder = base.replace(/\/*$/, '/')
    return [`${folder}${phoneType}.htm${rest}`, `${folder}${phoneType}-${mac}.htm${rest}`]
  }
  return [full, `${base}${name.replace(/(\.[^.]*)?$/, `-${mac}$1`)}${rest}`]
}

/** Replaces {mac} and {phone_type}; other braces stay as they are. */
export function expand(url: string, identity: Identity): string {
  return url.replaceAll(/\{mac\}/gi, macText(identity)).replaceAll(/\{phone_type\}/gi, identity.phoneType)
}

/** The last part of the path, or the host where there is none. */
export function nameOf(url: string): string {
  const [path = ''] = url.split(/[?#]/)
  return path.split('/').findLast(part => part !== '') ?? url
}

// RFC 2132 §9.4: option 66 is a TFTP server's name, so a bare one means TFTP.
function withScheme(server: string): string {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(server) ? server : `tftp://${server}`
}

function join(server: string, file: string): string {
  return `${server.replace(/\/+$/, '')}/${file.replace(/^\/+/, '')}`
}
