/**
 * Pictures of each view, in both themes, on a screen and on a phone, for somebody to look at. By hand:
 * `TS_NODE_TRANSPILE_ONLY=true node --import=@isaacs/ts-node-temp-fork-for-pr-2009/import test/status/screenshots.ts [FOLDER]`.
 * Needs `npm run build:page`. Prints the folder, and what is wider than the screen.
 */

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser, openPage, openSite } from './browser.js'
import { views } from './views.js'

const folder = process.argv[2] ?? (await mkdtemp(join(tmpdir(), 'option66-page-')))
const site = await openSite({ phones: 60 })
const browser = await openBrowser()
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    const { page, misdeeds } = await openPage(browser, site.origin, { colorScheme, viewport: { width, height } })
    for (const { name, hash, ready, prepare } of views(site.desk)) {
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
await site.door.close()
process.stdout.write(`${folder}\n`)
