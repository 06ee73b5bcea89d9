/** When a request is sent again, and when given up: the non-INVITE client transaction over UDP (RFC 3261 §17.1.2). No I/O. */

/** RFC 3261 §17.1.2.2, §17.1.1.1; milliseconds. */
export const t1 = 500
export const t2 = 4000
export const patience = 64 * t1 // timer F

/** Timer K only soaks up responses that come twice; ours have no effect the second time, so a final one ends it all. */
export interface Retransmission {
  readonly state: 'trying' | 'proceeding'
  readonly interval: number // ms, of timer E as it runs
  readonly deadline: number // ms: when to look again
  readonly end: number // ms: timer F
}

export type Due =
  | { readonly kind: 'wait' }
  | { readonly kind: 'send'; readonly next: Retransmission }
  | { readonly kind: 'timeout' }

/** For a request that has just been sent. `now`: ms. */
export function startRetransmission(now: number): Retransmission {
  return { state: 'trying', interval: t1, deadline: now + t1, end: now + patience }
}

/** A provisional response came: from the next firing on, timer E is T2. */
export function onProvisional(running: Retransmission): Retransmission {
  return { ...running, state: 'proceeding' }
}

/** What is to be done now. Where the clock was set back the deadlines say nothing any more, and all begins anew. */
export function due(running: Retransmission, now: number): Due {
  if (running.end - now > patience) return { kind: 'send', next: { ...startRetransmission(now), state: running.state } }
  if (now < running.deadline) return { kind: 'wait' }
  if (now >= running.end) return { kind: 'timeout' }
  const interval = running.state === 'proceeding' ? t2 : Math.min(2 * running.interval, t2)
  return { kind: 'send', next: { ...running, interval, deadline: Math.min(now + interval, running.end) } }
}
