/**
 * Pictures of each view, in both themes, on a screen and on a phone, for somebody to look at. By hand:
 * `TS_NODE_TRANSPILE_ONLY=true node --import=@isaacs/ts-node-temp-fork-for-pr-2009/import test/status/screenshots.ts [FOLDER] [--real]`;
 * `--real`: of the appliance itself, else of a desk that is made up. Needs `npm run build`. Prints the folder, and what is
 * wider than the screen.
 */

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openAppliance } from './appliance.js'
import { openBrowser, openPage, openSite } from './browser.js'
import { phones, populate } from './scene.js'
import { type View, views, viewsOf } from './views.js'

const { values, positionals } = parseArgs({
  options: { real: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const folder = positionals[0] ?? (await mkdtemp(join(tmpdir(), 'option66-page-')))
const ends: (() => unknown)[] = []
const site = values.real ? await real() : await madeUp()
const browser = await openBrowser()
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    const { page, misdeeds } = await openPage(browser, site.origin, { colorScheme, viewport: { width, height } })
    for (const { name, hash, ready, prepare } of site.views) {
      await page.goto(`${site.origin}/${hash}`)
      await page.locator(ready).first().waitFor()
      await prepare?.(page)
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), animations: 'disabled' })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 0) process.stdout.write(`${name} at ${width} px is ${wide} px too wide\n`)
    }
    process.stdout.write(misdeeds.map(misdeed => `${misdeed}\n`).join(''))
    await page.context().close()
  }
}
await browser.close()
for (const end of ends) await end()
process.stdout.write(`${folder}\n`)

interface Shown {
  readonly origin: string
  readonly views: readonly View[]
}

async function madeUp(): Promise<Shown> {
  const { desk, door, origin } = await openSite({ phones: 60 })
  ends.push(() => door.close())
  return { origin, views: views(desk) }
}

async function real(): Promise<Shown> {
  const teardown = (end: () => unknown): void => void ends.unshift(end) // the program before its folder
  const appliance = await openAppliance({ teardown })
  await populate(appliance)
  return { origin: appliance.origin, views: viewsOf(phones.booted, phones.hostile) }
}
