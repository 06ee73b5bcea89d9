/** The keys of phones.yaml, the inventory. No I/O. */

import { list, mapOf, type Read, section, word } from './schema.js'
import { address, anyText, choice, flag, text, wholeNumber } from './words.js'

const settingKey = /^[A-Za-z0-9_.-]{1,64}(?:@(?:0|[1-9]\d{0,2}))?[$!&]?$/
const settings = mapOf(
  settingKey,
  'a setting: letters, digits, _ . - perhaps @ and an index, and at most one flag $ ! &',
  word(anyText),
)
  .optional()
  .describe(
    'Phone settings: name with its flag, language$ (overwritten at each boot), language! (kept once the user changed it), language& (read only); codec1_name@2$ is that of identity 2',
  )

const bareKey = /^[A-Za-z0-9_.-]{1,64}[$!&]?$/
const identitySettings = mapOf(bareKey, 'a setting: letters, digits, _ . - and at most one flag $ ! &', word(anyText))
  .optional()
  .describe('More settings of this identity without their prefix: srtp$ is user_srtp')

const key = section({
  idx: word(wholeNumber(0, 255)).describe('Which key, counted from 0'),
  context: word(
    text('active or the number of an identity, 1 to 12', { pattern: /^(active|[1-9]|1[0-2])$/, shown: true }),
  )
    .prefault('active')
    .describe('active, or the number of an identity'),
  type: word(text('a key type such as line, dest, blf or speed', { pattern: /^[A-Za-z0-9_]+$/, shown: true })).describe(
    'What the key does: line, dest, blf, speed …',
  ),
  value: word(anyText).prefault('').describe("The type's argument, such as <sip:423@pbx.lab.example;user=phone>"),
  label: word(anyText).optional().describe('Text beside the key'),
  'short-label': word(anyText).optional().describe('The same where there is little room'),
  'default-text': word(anyText).optional().describe('Text without a label: $name, $state or $type'),
  lp: word(anyText).optional().describe('What a long press does, such as speed 101'),
  clp: word(anyText).optional().describe('1 where lp differs from what the phone does by itself'),
  perm: word(flag)
    .prefault('$')
    .describe('Permission flag: $ overwritten at each boot, ! kept once changed, & read only'),
})

const bookEntry = section({
  name: word(anyText).describe('As the phone shows it'),
  number: word(text('a telephone number or SIP address')).describe('What is dialled'),
  context: word(anyText).optional().describe('active, or line1 to line12; default active'),
  type: word(anyText).optional().describe('none, friends, family, colleagues, vip or deny; default none'),
  index: word(wholeNumber(0, 999)).optional().describe('Where the phone keeps it; default: its place in the list'),
  fav: word(anyText).optional().describe('true for a favourite'),
  mod: word(anyText).optional().describe('The attribute mod'),
  'number-type': word(anyText).optional().describe('sip, mobile, fixed, home or business'),
  'first-name': word(anyText).optional().describe('First name'),
  'last-name': word(anyText).optional().describe('Last name'),
  title: word(anyText).optional().describe('Title'),
  organization: word(anyText).optional().describe('Organization'),
  email: word(anyText).optional().describe('Mail address'),
  note: word(anyText).optional().describe('Note'),
  group: word(anyText).optional().describe('Group'),
  birthday: word(anyText).optional().describe('Birthday'),
  photo: word(anyText).optional().describe('URL of a picture'),
})

const dialTemplate = section({
  match: word(text('a dial pattern such as 9,1..........')).describe(
    'The pattern: . one character, * several, a comma a second dial tone',
  ),
  timeout: word(wholeNumber(0, 255)).prefault(0).describe('Seconds until it is dialled; 0: at once'),
  user: word(choice('phone', 'ip', ''))
    .prefault('')
    .describe('Adds ;user=phone or ;user=ip; empty: nothing'),
  rewrite: word(anyText).prefault('').describe('What is dialled instead; empty: as entered'),
  scheme: word(anyText).optional().describe('sip or tel'),
})

const everywhere = {
  settings,
  keys: list(key, 256).optional().describe('Free function keys'),
  'phone-book': list(bookEntry, 1000).optional().describe('Entries of the phone book'),
  dialplan: list(dialTemplate, 1000).optional().describe('Dial plan, in order'),
}

const firmware = word(
  text('a file name in www/firmware', { pattern: /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, shown: true }),
).optional()

const dialect = word(choice('plain', 'v7', 'v8'))
  .optional()
  .describe('Form of the setting files; default: what the firmware in the User-Agent reads')

/** A model's or a group's section; a phone's has the same four lists. */
export const layerSchema = section({
  ...everywhere,
  firmware: firmware.describe('Firmware image: a file in www/firmware, or a version such as 8.7.5.35'),
  dialect,
})

const identity = section({
  user: word(anyText).optional().describe('Account: user_name'),
  name: word(anyText).optional().describe('Shown to others: user_realname'),
  password: word(anyText).optional().describe('user_pass'),
  registrar: word(anyText).optional().describe('Registrar: user_host'),
  outbound: word(anyText).optional().describe('Outbound proxy: user_outbound'),
  settings: identitySettings,
})

/** A phone's section. */
export const phoneSchema = section({
  model: word(text('a phone type such as snom370', { pattern: /^[A-Za-z0-9_-]{1,32}$/, shown: true }))
    .optional()
    .describe('Phone type, as in DHCP option 60: snom370'),
  name: word(text('a name')).optional().describe('What people call this phone'),
  address: word(address).optional().describe('The address reserved for it'),
  groups: list(word(text('the name of a group', { shown: true })), 32)
    .optional()
    .describe('Groups, in order; a later one wins'),
  identities: list(identity, 12).optional().describe('1 to 12, in order'),
  ...everywhere,
  firmware: firmware.describe('Firmware image for this phone alone: a file in www/firmware, or a version'),
  dialect,
})

export const phonesSchema = section({
  defaults: section(everywhere).nullable().optional().describe('For every phone'),
  models: mapOf(/^[A-Za-z0-9_-]{1,32}$/, 'a phone type such as snom370', layerSchema.nullable())
    .optional()
    .describe('For all phones of a type; they win over defaults'),
  groups: mapOf(/^.{1,255}$/, 'a name of 1 to 255 characters', layerSchema.nullable())
    .optional()
    .describe('For phones that name the group; they win over models'),
  // No pattern: editors read 000413240001 as a number, and would call it wrong.
  phones: mapOf(/^.{1,64}$/, 'a MAC address', phoneSchema.nullable())
    .optional()
    .describe('By MAC address in any spelling; what a phone says itself wins over everything'),
})

export type PhonesFile = Read<typeof phonesSchema>
export type PhoneSection = Read<typeof phoneSchema>
export type IdentitySection = Read<typeof identity>
