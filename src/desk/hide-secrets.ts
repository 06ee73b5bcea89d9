/** An inventory and documents as anybody may see them: a row of stars for each password. No I/O. */

import type { Inventory, Layer } from '../fleet/phone.js'
import { isSecret } from '../snom/secrets.js'
import { tokenize } from '../snom/tokens.js'

const stars = '********' // of no password's length

export function hideSecrets({ defaults, models, groups, phones }: Inventory): Inventory {
  const all = <K>(layers: ReadonlyMap<K, Layer>) => new Map([...layers].map(([key, layer]) => [key, hideLayer(layer)]))
  return {
    defaults: hideLayer(defaults),
    models: all(models),
    groups: all(groups),
    phones: new Map([...phones].map(([mac, phone]) => [mac, { ...phone, layer: hideLayer(phone.layer) }])),
  }
}

/**
 * The same for a file that somebody wrote, as liberally as phones read it: in elements, attributes and lines with the name of
 * a secret, and in URLs, whatever they stand in. Rather too much is hidden than too little.
 */
export function hideDocument(text: string): string {
  return hideUrls(hideLines(hideMarkup(text)))
}

/** With CDATA, comments or other elements between its pieces, closed or not. */
function hideMarkup(text: string): string {
  const pieces: string[] = []
  let end = 0
  let secret: string | undefined // the element that we are in
  const hide = (from: number, length: number): void => {
    pieces.push(text.slice(end, from), stars)
    end = from + length
  }
  for (const token of tokenize(text, () => undefined)) {
    if (token.kind === 'open') {
      for (const { name, raw, valueStart } of token.attributes) {
        if (raw !== '' && isHidden(name)) hide(valueStart, raw.length)
      }
      if (!token.isEmpty && isHidden(token.name)) secret ??= token.name
    } else if (token.kind === 'close' && token.name === secret) secret = undefined
    else if (secret !== undefined && token.kind === 'text' && token.raw.trim() !== '')
      hide(token.start, token.raw.length)
    else if (secret !== undefined && token.kind === 'cdata') hide(token.start, token.end - token.start)
  }
  return pieces.join('') + text.slice(end)
}

/** `user_pass1$: …`; also in a comment, or where HTML stands before it. */
function hideLines(text: string): string {
  const element = /(<([A-Za-z_][\w.-]*)(?:\s[^<>]*)?>)([^<]+)(?=<\/)/g // in a comment of XML
  const line =
    /((?:^|>)\ufeff?[ \t]*(?:[#;][ \t]*)?([A-Za-z_][\w.-]*)(?:<\/\w{1,8}>)?[ \t]*[$!&]?[ \t]*[:=][ \t]*)(\S[^\r\n]*)/gm
  const hide = (whole: string, before: string, name: string): string => (isHidden(name) ? `${before}${stars}` : whole)
  return text.replaceAll(element, hide).replaceAll(line, hide)
}

/** RFC 3986 §3.2.1: what follows the user's name; and what a query calls a secret. */
function hideUrls(text: string): string {
  return text
    .replaceAll(/(:\/\/[^\s/?#@:<>"']{0,256}:)[^\s/?#<>"']{1,256}(?=@)/g, `$1${stars}`)
    .replaceAll(/([?&;][\w.-]{0,32}(?:pass|pwd|secret|token)[\w.-]{0,32}=)[^&;#\s<>"']+/gi, `$1${stars}`)
}

function isHidden(name: string): boolean {
  return isSecret(name) || isSecret(name.replaceAll(/[.:-]/g, '_'))
}

function hideLayer({ settings, keys, ...layer }: Layer): Layer {
  return {
    ...layer,
    settings: settings.map(setting => ({
      ...setting,
      value: setting.value !== '' && isSecret(setting.name) ? stars : hideUrls(setting.value),
    })),
    keys: keys.map(key => ({
      ...key,
      value: hideUrls(key.value),
      ...(key.lp !== undefined && { lp: hideUrls(key.lp) }),
    })),
  }
}
