/** Rules about dial plans. A pattern: `.` any character, `*` one or more, `,` a second dial tone, [2-9] a class. No I/O. */

import type { WrittenTemplate } from '../document.js'
import { isBefore } from '../firmware-version.js'
import { isUnmatchable, normalPattern, strangerIn, unbalancedClass } from './dial-pattern.js'
import { hit, quote, type Rule, type Subject } from './rule.js'

export const dialPlanRules: readonly Rule[] = [
  {
    name: 'dial-pattern-missing',
    severity: 'error',
    about: 'A template without a pattern matches nothing.',
    remedy: 'Write MATCH, or leave the template out.',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        if ((template.match ?? '').replaceAll(',', '') !== '') continue
        yield hit(template, 'match', `MATCH ${quote(template.match ?? '')}; expected a pattern`)
      }
    },
  },
  {
    name: 'dial-pattern-class',
    severity: 'error',
    about: 'A class that is not closed, or closed and not opened, makes the pattern unreadable.',
    remedy: 'Write [ and ] in pairs.',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        const at = unbalancedClass(template.match ?? '')
        if (at === undefined) continue
        yield hit(template, 'match', `${at} in MATCH ${quote(template.match ?? '')} has no counterpart`)
      }
    },
  },
  {
    name: 'dial-pattern-dead',
    severity: 'error',
    about: 'A class without a character in it matches nothing that can be dialled.',
    remedy: 'Write the range from its lower end to its upper: [2-9].',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        const { match = '' } = template
        if (unbalancedClass(match) !== undefined || !isUnmatchable(match)) continue
        yield hit(template, 'match', `MATCH ${quote(match)} can never match; expected a class such as [2-9]`)
      }
    },
  },
  {
    name: 'dial-pattern-characters',
    severity: 'error',
    about: 'Some characters can neither be dialled nor mean anything in a pattern.',
    remedy: 'Use what can be dialled, and . * , [ ] .',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        const stranger = strangerIn(template.match ?? '')
        if (stranger === undefined) continue
        yield hit(
          template,
          'match',
          `${quote(stranger)} in MATCH ${quote(template.match ?? '')}; expected digits and . * ,`,
        )
      }
    },
  },
  {
    name: 'dial-pattern-shadowed',
    severity: 'warning',
    about: 'Of two templates with one pattern the first wins, and the second never does anything.',
    remedy: 'Keep one of them.',
    *find({ plans }) {
      for (const { templates } of plans) {
        const seen = new Map<string, WrittenTemplate>()
        for (const template of templates) {
          const pattern = normalPattern(template.match ?? '')
          const first = seen.get(pattern)
          if (pattern === '') continue
          if (first === undefined) seen.set(pattern, template)
          else {
            const earlier = `${quote(first.match ?? '')} in line ${first.place.line}`
            yield hit(template, 'match', `MATCH ${quote(template.match ?? '')} is shadowed by ${earlier}`)
          }
        }
      }
    },
  },
  {
    name: 'dial-user',
    severity: 'error',
    about: 'User adds ;user=phone or ;user=ip to what is dialled; there is nothing else.',
    remedy: 'Write phone, or leave User out.',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        const { user } = template
        if (user === undefined || /^(?:phone|ip|)$/i.test(user)) continue
        yield hit(template, 'user', `User ${quote(user)}; expected Phone or IP`)
      }
    },
  },
  {
    name: 'dial-user-ip',
    severity: 'warning',
    about: 'Firmware 7 supports User="Phone" only.',
    remedy: 'Write Phone, or leave User out.',
    *find(subject) {
      const { version } = subject
      if (version === undefined || !isBefore(version, '8')) return
      for (const template of templatesOf(subject)) {
        if (template.user?.toLowerCase() !== 'ip') continue
        yield hit(template, 'user', `User ${quote(template.user)} for firmware ${version}; expected Phone`)
      }
    },
  },
  {
    name: 'dial-timeout',
    severity: 'error',
    about: 'Timeout is a number of seconds; 0 dials at once.',
    remedy: 'Write a number from 0 to 60.',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        const written = template.strays.find(({ name }) => name.toLowerCase() === 'timeout')
        if (written !== undefined) {
          yield { place: written.place, message: `Timeout ${quote(written.text)}; expected seconds, 0 to 60` }
        } else if ((template.timeout ?? 0) > 60) {
          yield hit(template, 'timeout', `Timeout ${template.timeout}; expected seconds, 0 to 60`)
        }
      }
    },
  },
  {
    name: 'dial-scheme',
    severity: 'warning',
    about: 'The scheme comes before what is dialled; phones call by sip, sips and tel.',
    remedy: 'Write sip, or leave scheme out.',
    *find(subject) {
      for (const template of templatesOf(subject)) {
        const { scheme } = template
        if (scheme === undefined || /^(?:sips?|tel|)$/i.test(scheme)) continue
        yield hit(template, 'scheme', `scheme ${quote(scheme)}; expected sip`)
      }
    },
  },
]

function templatesOf({ plans }: Subject): readonly WrittenTemplate[] {
  return plans.flatMap(plan => plan.templates)
}
