/** Rules about function keys. No I/O. */

import { keyTypes } from '../catalogue/value.js'
import type { WrittenKey } from '../document.js'
import { modelOf } from './models.js'
import { hit, quote, type Rule } from './rule.js'
import { settingsOf } from './subject.js'

export const keyRules: readonly Rule[] = [
  {
    name: 'key-type',
    severity: 'warning',
    about: 'A key of a type that the phone does not know does nothing.',
    remedy: 'Use a type of the phone, in lower case.',
    *find({ keys }) {
      for (const key of keys) {
        if (keyTypes.includes(key.type)) continue
        const expected = `expected one of ${keyTypes.join(', ')}`
        yield hit(key, 'value', `type ${quote(key.type)} of ${named(key)} is not known; ${expected}`)
      }
    },
  },
  {
    name: 'key-argument',
    severity: 'error',
    about: 'A key that dials, watches or calls up something needs to be told what; others take nothing.',
    remedy: 'Write the argument after the type, or leave it out.',
    *find({ keys }) {
      for (const key of keys) {
        const isEmpty = key.argument.trim() === ''
        if (needsArgument.has(key.type) && isEmpty) {
          yield hit(key, 'value', `${named(key)} is ${key.type} without an argument; expected what it is for`)
        } else if (key.type === 'none' && !isEmpty) {
          yield hit(key, 'value', `${named(key)} is ${key.type} with ${quote(key.argument)}; expected no argument`)
        }
      }
    },
  },
  {
    name: 'key-index',
    severity: 'error',
    about: 'The number of a key counts from 0; a key without one belongs nowhere.',
    remedy: 'Write idx, from 0.',
    *find({ keys }) {
      for (const key of keys) {
        const { idx } = key
        if (idx !== undefined && Number.isInteger(idx) && idx >= 0) continue
        const what = idx === undefined ? 'a key has no idx' : `idx ${idx} of a key`
        yield hit(key, 'idx', `${what}; expected a number from 0`)
      }
    },
  },
  {
    name: 'key-beyond-model',
    severity: 'error',
    about: 'The model has fewer keys, expansion modules of 42 keys included.',
    remedy: 'Use a key that the phone has.',
    *find({ keys, type, modules }) {
      const model = modelOf(type)
      if (model === undefined) return
      const fitted = Math.min(modules ?? model.mostModules, model.mostModules)
      const count = model.keys + 42 * fitted
      for (const key of keys) {
        if (key.idx === undefined || key.idx < count) continue
        const with_ = fitted === 0 ? '' : ` with ${fitted} expansion modules`
        yield hit(key, 'idx', `${named(key)} on ${type}; expected 0 to ${count - 1}${with_}`)
      }
    },
  },
  {
    name: 'duplicate-key',
    severity: 'error',
    about: 'Of two keys with one number the last one wins.',
    remedy: 'Keep one, or give the other its own idx.',
    *find({ keys }) {
      const seen = new Map<number, WrittenKey>()
      for (const key of keys) {
        const first = key.idx === undefined ? undefined : seen.get(key.idx)
        if (first !== undefined) yield hit(key, 'idx', `${named(key)} stands in line ${first.place.line} already`)
        else if (key.idx !== undefined) seen.set(key.idx, key)
      }
    },
  },
  {
    name: 'key-context',
    severity: 'error',
    about: 'The context of a key is the active identity or the number of one.',
    remedy: 'Write active, or 1 to 12.',
    *find({ keys }) {
      for (const key of keys) {
        if (key.context === undefined || isContext(key.context)) continue
        yield hit(key, 'context', `context ${quote(key.context)} of ${named(key)}; expected active or 1 to 12`)
      }
    },
  },
  {
    name: 'key-context-unused',
    severity: 'warning',
    about: 'A key of an identity that the phone does not have does nothing.',
    remedy: 'Configure the identity, or use context active.',
    *find({ keys, settings, siblings, isGeneral }) {
      const all = [...settings, ...siblings.flatMap(({ document }) => settingsOf(document))]
      const known = new Set(all.flatMap(each => (each.name === 'user_name' && each.value !== '' ? [each.index] : [])))
      if (isGeneral || known.size === 0) return // no account here at all: they come from elsewhere
      for (const key of keys) {
        const identity = Number(key.context)
        if (!isContext(key.context ?? '') || Number.isNaN(identity) || known.has(identity)) continue
        yield hit(key, 'context', `context ${identity} of ${named(key)}, but there is no user_name${identity}`)
      }
    },
  },
  {
    name: 'blf-form',
    severity: 'error',
    about: 'With angle brackets that hold a slash or are not closed, a lamp stays dark.',
    remedy: 'Write blf sip:140@pbx;user=phone|** or blf <sip:140@pbx;user=phone>.',
    *find({ keys }) {
      for (const key of keys) {
        if (!/^(?:blf|dest)$/i.test(key.type) || key.argument === '') continue
        const argument = key.argument.replaceAll('&lt;', '<').replaceAll('&gt;', '>')
        if (!/\/>|^<(?![\s\S]*>)|<$|<>/.test(argument)) continue
        yield hit(key, 'value', `${quote(key.argument)} of ${named(key)}; expected sip:140@pbx;user=phone|**`)
      }
    },
  },
  {
    name: 'key-brackets',
    severity: 'error',
    about: 'An angle bracket without its counterpart comes from escaping that went wrong.',
    remedy: 'Write &lt; and &gt; around the URI, each once.',
    *find({ keys }) {
      for (const key of keys) {
        const opened = key.argument.split('<').length
        const closed = key.argument.split('>').length
        if (opened === closed) continue
        yield hit(key, 'value', `${quote(key.argument)} of ${named(key)} has ${opened - 1} < and ${closed - 1} >`)
      }
    },
  },
  {
    name: 'key-event',
    severity: 'warning',
    about: 'Key events are named F_… ; any other name does nothing.',
    remedy: 'Use a name such as F_DND, F_REDIAL or F_CONFERENCE.',
    *find({ keys }) {
      for (const key of keys) {
        if (key.type.toLowerCase() !== 'keyevent' || key.argument === '') continue
        if (/^(?:F_[A-Z0-9_]+|[0-9*#])(?:$|\s)/.test(key.argument)) continue
        yield hit(key, 'value', `keyevent ${quote(key.argument)} of ${named(key)}; expected a name such as F_DND`)
      }
    },
  },
  {
    name: 'long-press-unmarked',
    severity: 'warning',
    about: 'What a long press does counts only with clp="1".',
    remedy: 'Write clp="1" beside lp.',
    *find({ keys }) {
      for (const key of keys) {
        if (key.lp === undefined || key.lp === '' || key.clp === '1') continue
        yield hit(key, 'lp', `lp ${quote(key.lp)} of ${named(key)} without clp="1"`)
      }
    },
  },
]

/** Types whose argument is no matter of taste; the others may have one. */
const needsArgument: ReadonlySet<string> = new Set('dest blf speed keyevent url dtmf orbit icom p2t'.split(' '))

function isContext(context: string): boolean {
  return context === 'active' || /^(?:[1-9]|1[0-2])$/.test(context)
}

function named({ idx }: WrittenKey): string {
  return `key ${idx ?? 'without idx'}`
}
