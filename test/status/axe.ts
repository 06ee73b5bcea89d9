/** Accessibility of what the page shows, by axe-core. */

import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What is serious or critical. */
export async function graveFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const { violations } = await (Reflect.get(globalThis, 'axe') as typeof axe).run(document, {
      resultTypes: ['violations'],
    })
    return violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes[0]?.html }))
  })
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, at }) => `${id}: ${at}`)
}
