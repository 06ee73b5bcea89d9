/** A table of phones as phones of an inventory: a row is a phone, or one more identity of a phone above. No I/O. */

import { type Ipv4, parseIpv4 } from '../address/ipv4.js'
import { type Mac, parseMac } from '../address/mac.js'
import type { Place } from '../config/finding.js'
import { parseSettingKey } from '../config/layer.js'
import { parsePhoneType } from '../snom/phone-type.js'
import { type Field, parseColumn } from './columns.js'
import { type Cell, parseCsv, type Row } from './csv.js'
import type { Draft, Source } from './draft.js'

/** Columns for what an identity is told. */
const identitySettings = [
  ['user', 'user_name'],
  ['display', 'user_realname'],
  ['password', 'user_pass'],
  ['registrar', 'user_host'],
  ['outbound', 'user_outbound'],
] as const satisfies readonly (readonly [Field, string])[]

const mostIdentities = 12

/** Whether a text is a table of phones: its first line names a column for the MAC, and is neither XML nor `name: value`. */
export function isPhoneTable(text: string): boolean {
  const [line = ''] = text.replace(/^(?:sep=.\r?\n|[\r\n])+/i, '').split(/\r?\n/, 1)
  if (line.trimStart().startsWith('<') || /^[A-Za-z0-9_]+[$!&]?:/.test(line)) return false
  const [head = []] = parseCsv(`${line}\n`).rows
  return head.some(({ text: name }) => parseColumn(name)?.field === 'mac')
}

/** For every phone that is told nothing else. */
export interface TableOptions {
  readonly model?: string
  readonly group?: string // besides its own
}

export function takeTable(file: string, text: string, options: TableOptions, draft: Draft): void {
  const { rows, openQuote } = parseCsv(text)
  const [head, ...body] = rows
  const at = (place: Place): Source => ({ file, place })
  if (openQuote !== undefined) {
    draft.lose(at(openQuote), 'a quote begins here and never ends; nothing from here on was read', 'open-quote')
  }
  if (head === undefined) return
  const columns = readHead(head, file, draft)
  if (!columns.some(column => column.kind === 'field' && column.field === 'mac')) {
    const expected = 'expected a first line such as mac,model,name,address,user,password,registrar'
    draft.lose(at(head[0]?.place ?? { line: 1, column: 1 }), `no column is named for the MAC address; ${expected}`)
    return
  }
  const identities = new Map<Mac, number>() // taken so far, of each phone
  for (const row of body) takeRow({ row, columns, file, options, identities, draft })
}

type Column =
  | { readonly kind: 'field'; readonly field: Field; readonly number?: number }
  | { readonly kind: 'setting'; readonly key: string }
  | { readonly kind: 'unknown' }

function readHead(head: Row, file: string, draft: Draft): readonly Column[] {
  const taken = new Set<string>()
  return head.map(({ text, place }): Column => {
    const field = parseColumn(text)
    const column: Column = field === undefined ? otherColumn(text) : { kind: 'field', ...field }
    const isTwice = column.kind !== 'unknown' && taken.has(JSON.stringify(column))
    taken.add(JSON.stringify(column))
    if (column.kind !== 'unknown' && !isTwice) return column
    const why = isTwice
      ? 'says what a column before it says'
      : 'means nothing here; a setting is named with its flag: language$'
    if (text !== '') draft.lose({ file, place }, `column ${JSON.stringify(text.slice(0, 60))} ${why}`, 'column')
    return { kind: 'unknown' }
  })
}

/** A column can be any setting, in the spelling of an inventory. */
function otherColumn(text: string): Column {
  return /^[A-Za-z0-9_.-]+(?:@\d+)?[$!&]$/.test(text) ? { kind: 'setting', key: text } : { kind: 'unknown' }
}

interface RowOrder {
  readonly row: Row
  readonly columns: readonly Column[]
  readonly file: string
  readonly options: TableOptions
  readonly identities: Map<Mac, number>
  readonly draft: Draft
}

function takeRow(order: RowOrder): void {
  const { row, columns, file, options, identities, draft } = order
  const cell = (field: Field, number?: number): Cell | undefined => {
    const index = columns.findIndex(one => one.kind === 'field' && one.field === field && one.number === number)
    const found = index < 0 ? undefined : row[index]
    return found?.text === '' ? undefined : found
  }
  const written = cell('mac')
  const mac = written === undefined ? undefined : readMac(written.text)
  const source: Source = { file, place: written?.place ?? row[0]?.place ?? { line: 1, column: 1 } }
  if (mac === undefined) {
    const what =
      written === undefined
        ? 'no MAC address'
        : `${JSON.stringify(written.text.slice(0, 40))}, which is no MAC address,`
    draft.lose(source, `this row has ${what} and is left out`, 'mac')
    return
  }
  const own = cell('groups')?.text.split(/[;,|]/) ?? []
  const always = options.group === undefined ? [] : [options.group]
  const names = [...always, ...own.map(name => name.trim()).filter(name => name !== '')]
  const { name, model = options.model, ...facts } = readFacts(cell, file, draft)
  // In a further row of the same phone the name is that of its next identity.
  const isNamed = name !== undefined && !(identities.has(mac) && cell('user') !== undefined)
  draft.know(mac, { ...(model && { model }), ...facts, ...(isNamed && { name }) }, names, source)
  takeIdentities(mac, cell, order)
  takeSettings(mac, order)
}

type CellOf = (field: Field, number?: number) => Cell | undefined

function readFacts(cell: CellOf, file: string, draft: Draft) {
  const [model, address] = [cell('model'), cell('address')]
  const type = model === undefined ? undefined : readType(model.text)
  const parsed: Ipv4 | undefined = address === undefined ? undefined : parseIpv4(address.text)
  const name = (cell('name') ?? cell('display'))?.text
  if (model !== undefined && type === undefined) {
    draft.lose({ file, place: model.place }, 'this model is no phone type such as snom370', 'model')
  }
  if (address !== undefined && parsed === undefined) {
    draft.lose({ file, place: address.place }, 'this is no IPv4 address such as 192.168.66.1', 'address')
  }
  return {
    ...(type !== undefined && { model: type }),
    ...(name !== undefined && { name }),
    ...(parsed !== undefined && { address: parsed }),
  }
}

/** Columns without a number are the phone's next identity, user2 is its second. */
function takeIdentities(mac: Mac, cell: CellOf, { columns, identities, file, draft }: RowOrder): void {
  const numbers = new Set(columns.map(column => (column.kind === 'field' ? column.number : undefined)))
  for (const number of numbers) {
    const cells = identitySettings.flatMap(([field, name]) => {
      const found = cell(field, number)
      return found === undefined ? [] : [{ name, ...found }]
    })
    const [first] = cells
    if (first === undefined) continue
    const index = number ?? (identities.get(mac) ?? 0) + 1
    identities.set(mac, Math.max(identities.get(mac) ?? 0, index))
    if (index < 1 || index > mostIdentities) {
      draft.lose({ file, place: first.place }, `identity ${index} of phone ${mac}: a phone has 1 to ${mostIdentities}`)
      continue
    }
    const names = cells.some(({ name }) => name === 'user_realname')
      ? []
      : [cell('name')].filter(found => found !== undefined)
    for (const { name, text, place } of [...cells, ...names.map(found => ({ name: 'user_realname', ...found }))]) {
      draft.put(
        { kind: 'phone', mac },
        { kind: 'setting', value: { name, index, flag: '$', value: text } },
        { file, place },
      )
    }
  }
}

function takeSettings(mac: Mac, { row, columns, file, draft }: RowOrder): void {
  for (const [position, { text, place }] of row.entries()) {
    const column = columns[position]
    if (column === undefined && text !== '') {
      draft.lose({ file, place }, 'this cell stands under no column; does a value before it need quotes?', 'column')
    }
    if (column?.kind !== 'setting' || text === '') continue
    const value = { ...parseSettingKey(column.key), value: text }
    draft.put({ kind: 'phone', mac }, { kind: 'setting', value }, { file, place })
  }
}

/** In any spelling; spreadsheets take the zeros off what they think is a number. */
function readMac(text: string): Mac | undefined {
  const bare = text.replaceAll(/\s/g, '')
  const padded = bare.padStart(12, '0')
  return parseMac(bare) ?? (/^(?:000413|00087b)/i.test(padded) ? parseMac(padded) : undefined)
}

/** `snom370`, `Snom 370`, `370`, `D785`. */
function readType(text: string): string | undefined {
  const bare = text.replaceAll(/[\s_-]/g, '')
  return parsePhoneType(/^(?:[CDM]?\d{1,3}|MP|PA1)$/i.test(bare) ? `snom${bare}` : bare)
}
