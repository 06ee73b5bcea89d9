/** What a page costs a browser, from the browser's own tracing, and what a process costs the machine; said as lines. */

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { some } from '../some.js'

export const scrolling = 10_000 // ms

export const say = (text: string): boolean => process.stdout.write(`${text}\n`)

/** Of one trace; `dur` in microseconds. */
interface TraceEvent {
  readonly name: string
  readonly ts: number
  readonly dur?: number
  readonly pid: number
  readonly tid: number
  readonly args?: { readonly name?: string }
}

/** Opens the list in a fresh page; says how long it took. */
export async function load(page: Page, origin: string, phones: number): Promise<void> {
  const began = performance.now()
  await page.goto(origin)
  await page.locator('.grid-window [role=row]').first().waitFor()
  const first = performance.now() - began
  await page.getByText('Live', { exact: true }).waitFor()
  const live = performance.now() - began
  say(
    `${phones} phones: first row after ${first.toFixed(0)} ms, live after ${live.toFixed(0)} ms, ${await elements(page)} elements`,
  )
}

/** Down and up through the list, as fast as a hurried thumb. */
export async function scroll(page: Page): Promise<void> {
  await page.evaluate(
    time =>
      new Promise<void>(resolve => {
        const grid = document.querySelector('[role=grid]')
        const end = performance.now() + time
        let step = 90 // px a frame
        const turn = (): void => {
          if (grid === null || performance.now() > end) {
            resolve()
            return
          }
          const top = grid.scrollTop
          grid.scrollTop = top + step
          if (grid.scrollTop === top) step = -step
          requestAnimationFrame(turn)
        }
        turn()
      }),
    scrolling,
  )
}

export async function traced(browser: Browser, run: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const categories = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline.frame', '__metadata']
  await browser.startTracing(undefined, { categories })
  await run()
  const text = (await browser.stopTracing()).toString()
  return (JSON.parse(text) as { traceEvents: readonly TraceEvent[] }).traceEvents
}

export function frames(trace: readonly TraceEvent[]): void {
  const times = trace.filter(({ name }) => name === 'DrawFrame').map(({ ts }) => ts / 1000)
  times.sort((a, b) => a - b)
  const gaps = times.slice(1).map((time, n) => time - some(times[n]))
  say(`frames: ${times.length} in ${scrolling / 1000} s, apart ${percentiles(gaps)} ms`)
  say(
    `frames later than 34 ms: ${gaps.filter(gap => gap > 34).length}, than 50 ms: ${gaps.filter(gap => gap > 50).length}`,
  )
}

export function tasks(trace: readonly TraceEvent[]): void {
  const main = trace.find(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const own = trace.filter(({ pid, tid }) => pid === main?.pid && tid === main.tid)
  const spent = own
    .filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask')
    .map(({ dur = 0 }) => dur / 1000)
  const busy = spent.reduce((sum, ms) => sum + ms, 0)
  const long = spent.filter(ms => ms > 50)
  say(
    `main thread: ${((busy / scrolling) * 100).toFixed(0)} % busy, tasks longer than 50 ms: ${long.length}, longest ${Math.max(0, ...spent).toFixed(0)} ms`,
  )
}

/** Nobody scrolls, and the lines go on changing. */
export async function idle(browser: Browser, page: Page): Promise<void> {
  const trace = await traced(browser, () => delay(5_000))
  const changed = trace
    .filter(({ name }) => name === 'UpdateLayoutTree' || name === 'Layout')
    .map(({ dur = 0 }) => dur / 1000)
  say(
    `at rest, 5 s: ${changed.length} style and layout passes, ${percentiles(changed)} ms; ${await elements(page)} elements`,
  )
}

function percentiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1)
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, most ${at(1)}`
}

export function elements(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll('*').length)
}

export async function heap(page: Page): Promise<string> {
  const client = await page.context().newCDPSession(page)
  const { usedSize } = await client.send('Runtime.getHeapUsage')
  return (usedSize / 1e6).toFixed(0)
}

export function memory(pid: number | undefined): string {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kilobytes) / 1000).toFixed(0)
}

/** User and system time of a process, by its ticks of 10 ms. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
