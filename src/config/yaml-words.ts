/** Words for and of a YAML text: what went wrong in it, and what needs quotes in it. No I/O. */

export const mostDepth = 64 // levels; the configuration needs 8

/** What some YAML reads as true, false or nothing. */
const loaded = /^(?:true|false|on|off|yes|no|y|n|null|nan|inf)$/i

const plain = /^[A-Za-z][A-Za-z0-9_./@$!&+-]*(?: [A-Za-z0-9_./@$!+][A-Za-z0-9_./@$!&+-]*)*$/

/** Whether a text can stand without quotes, whatever reads it. */
export function isPlain(text: string): boolean {
  return plain.test(text) && !loaded.test(text)
}

/** The same for a key; a hardware address may be all digits, for keys keep their spelling here. */
export function isPlainKey(text: string): boolean {
  return isPlain(text) || /^[0-9A-F]{12}$/.test(text)
}

/** By the parser's error code: its own messages quote what stands there, and so secrets. */
export function syntaxWords(code: string): readonly [rule: string, message: string] {
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['yaml-tab', 'a tab indents this line; YAML wants spaces']
    case 'BAD_INDENT':
      return ['yaml-syntax', 'the indentation does not fit the lines above, or a bracket above is not closed']
    case 'MISSING_CHAR':
      return ['yaml-syntax', 'a closing quote or bracket, or the colon after a key, is missing']
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['yaml-syntax', 'a second "key: value" on one line; begin a new line, or put the value in quotes']
    case 'MULTILINE_IMPLICIT_KEY':
      return ['yaml-syntax', 'a colon is missing: a key stands on one line and ends with ": "']
    case 'BAD_DQ_ESCAPE':
      return ['yaml-syntax', 'unknown escape after \\ in double quotes; use single quotes for text with backslashes']
    case 'BAD_SCALAR_START':
      return ['yaml-syntax', 'a value cannot begin with this character; put the value in quotes']
    case 'MULTIPLE_DOCS':
      return ['yaml-documents', 'a second document begins here (---); one file holds one document']
    case 'RESOURCE_EXHAUSTION':
      return ['yaml-depth', `nested deeper than ${mostDepth} levels`]
    default:
      return [
        'yaml-syntax',
        'this cannot stand here; a value that holds : # , [ ] { } or quotes needs quotes around it',
      ]
  }
}
