/** The log of the appliance: pino lines, secrets redacted here and nowhere else, and no more lines than a disk can bear. */

import { type DestinationStream, destination, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { Fields, Log } from './doors/log.js'

export interface LogPlan {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'pretty'
}

/** Field names that may hold a secret, should one ever be logged. */
const secrets = ['password', 'secret', 'key', 'user_pass', 'http_pass', 'authorization']

/** Lines a second at debug and info. A boot storm makes more; what is left out is counted in a line of its own. */
const mostLines = 500

/** Bytes that wait for whoever reads standard output; what comes then is lost. Some seconds of the most lines. */
const mostUnwritten = 1024 * 1024

export interface ClosableLog extends Log {
  /** Writes what is still waiting. */
  close(): void
}

/** Writes to standard output. `now` in ms. */
export function openLog(plan: LogPlan, now: () => number): ClosableLog {
  const stdout = destination({ fd: 1, sync: false, maxLength: mostUnwritten })
  let isStuck = false // a full disk: lines are lost, phones go on booting
  stdout.on('error', () => {
    isStuck = true
  })
  stdout.on('write', () => {
    isStuck = false
  })
  const stream: DestinationStream =
    plan.format === 'pretty' ? pretty({ destination: stdout, ignore: 'pid,hostname', singleLine: true }) : stdout
  const logger = pino({ level: plan.level, base: null, redact: { paths: secrets, censor: '***' } }, stream)
  return { ...limitedLog(logger, now), close: () => (isStuck ? stdout.destroy() : stdout.flushSync()) }
}

function limitedLog(logger: Logger, now: () => number): Log {
  let second = 0
  let lines = 0
  let leftOut = 0
  const begin = (current: number): void => {
    if (leftOut > 0) logger.warn({ lines: leftOut }, 'log lines left out: more than 500 came in one second')
    second = current
    lines = leftOut = 0
  }
  const leavesOut = (level: 'debug' | 'info'): boolean => {
    if (!logger.isLevelEnabled(level)) return true
    const current = Math.floor(now() / 1000)
    if (current !== second) begin(current)
    if (lines < mostLines) return false
    leftOut += 1
    return true
  }
  const write = (level: 'debug' | 'info', fields: Fields, text: string): void => {
    if (leavesOut(level)) return
    lines += 1
    logger[level](fields, text)
  }
  return {
    debug: (fields, text) => write('debug', fields, text),
    info: (fields, text) => write('info', fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
    leavesOut,
  }
}
