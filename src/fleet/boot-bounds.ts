/** Where one boot of a phone ends and the next begins. No I/O. */

import { type Boot, isRenewal, reach } from './boot.js'
import type { Fact } from './fact.js'
import type { Named } from './recognise.js'

// All in ms.
const sameExchange = 3_000 // a DISCOVER comes twice through two relays, or because an OFFER was late
const samePlugAndPlay = 60_000 // a SUBSCRIBE is repeated for 32 s (RFC 3261 §17.1.2.2)
const sameRound = 30_000 // a document is asked for again because its first answer was lost
const sameResync = 300_000 // after a check-sync a phone asks for everything again, without a boot
const quiet = 10_000 // between two documents phones take one or two seconds, the slowest about five
const imageWait = 60_000 // an image that is being fetched is told only at its end; most phones need none
const giveUp = 600_000 // what has not gone on by then has stopped

/** Whether the phone has started anew. Renewals, repetitions, a resync or a refresh of its settings are no boot. */
export function beginsBoot(boot: Boot, fact: Fact, named: Named | undefined): boolean {
  const silence = fact.at - boot.lastAt // ms
  switch (fact.kind) {
    case 'discover':
      return asksAnew(boot, fact.at, silence)
    case 'request':
      return isRenewal(fact.state) ? false : fact.state === 'init-reboot' && asksAnew(boot, fact.at, silence)
    case 'subscribe':
      return !boot.isOpen || silence > samePlugAndPlay || (boot.cameAt !== undefined && silence > sameExchange)
    case 'fetched':
      return isEntry(named) && startsRound(boot, fact, silence)
    case 'redirected': // told just before the document by which it was done
      return !boot.isOpen && startsRound(boot, fact, silence)
    default:
      return false
  }
}

/**
 * Ends a boot for which nothing more is to come: whole, when the phone has its own file and then asked for nothing
 * more for 10 seconds (60 after a firmware document), or at once when a firmware image came, for then it restarts;
 * elsewhere, ten seconds after it was redirected; stuck, when nothing came for ten minutes. True when it came to its end well.
 */
export function settle(boot: Boot, now: number): boolean {
  if (!boot.isOpen) return false
  if (isComplete(boot, now)) {
    boot.isOpen = false
    reach(boot, 'done', boot.cameAt ?? now)
    return true
  }
  if (now - boot.lastAt >= (boot.redirectedTo === undefined ? giveUp : quiet)) boot.isOpen = false
  return false
}

function isComplete({ reached, isHalted, hasImage, cameAt }: Boot, now: number): boolean {
  if (reached.own === undefined || isHalted || cameAt === undefined) return false
  return hasImage || now - cameAt >= (reached.firmware === undefined ? quiet : imageWait)
}

/** Before it had anything a phone repeats itself; afterwards it only does so within one exchange, or when we sent it back. */
function asksAnew(boot: Boot, at: number, silence: number): boolean {
  if (boot.cameAt !== undefined || !boot.isWitnessed) return true
  if (boot.reached.leased === undefined) return silence >= giveUp
  if (boot.facts.some(({ kind, at: then }) => kind === 'declined' && at - then < giveUp)) return false
  return at - boot.reached.leased > sameExchange
}

/** The first document that a phone asks for. */
function isEntry(named: Named | undefined): boolean {
  return (named?.kind === 'container' && named.mac === undefined) || named?.kind === 'everything'
}

/** A phone with our lease would have asked for that first: without it, it refreshes its settings. */
function startsRound(boot: Boot, fact: Fact, silence: number): boolean {
  const hasSettings = boot.reached.general !== undefined || boot.reached.own !== undefined
  if (!hasSettings && boot.redirectedTo === undefined) return false
  if (boot.resyncAt !== undefined && fact.at - boot.resyncAt < sameResync) return false
  if (boot.address !== undefined && boot.address === fact.address) return false
  return !boot.isOpen || silence > sameRound
}
