/** The words of the console: the greeting, the prompt and the help, as snom's partners know them. No I/O. */

import { usualMac } from './expand.js'

export const prompt = '==> '

export function greeting(account: string): string {
  return `Welcome, ${account}! Type help for help.`
}

/** First what snom's own console says, word for word; then what this one can do besides. */
export const help: readonly string[] = [
  'Welcome to the snom configuration tool.',
  'You may use the following commands:',
  '',
  'SHOW <mac>      : Show the status of a phone.',
  'REGISTER <mac>  : Register a phone.',
  'REG <mac>       : Same as REGISTER.',
  'DEREGISTER <mac>: Deregister a phone.',
  'LIST            : List all phones assigned.',
  'BYE             : Leave this tool.',
  '',
  'A MAC address may be entered as 3 to 6 digit',
  'hexadecimal number, case does not matter',
  '(e.g. 2e4 --> 0004132202E4)',
  '',
  'Besides:',
  '',
  'URL             : Show the settings server of your phones.',
  'URL <url>       : Set it; phones registered from then on go there.',
  'SERVER          : Same as URL.',
  'REGISTER <mac> <url>: Register a phone that goes elsewhere.',
  '',
  'Digits mean your phone that ends with them; where none does, they',
  `replace the last ones of ${usualMac}. All twelve may be entered, too.`,
]
