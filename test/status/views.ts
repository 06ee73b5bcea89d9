/** Every view of the page: its address, and what is there once it is drawn. */

import type { Page } from 'playwright-core'
import type { FakeDesk } from '../doors/fake-desk.js'
import { some } from '../some.js'

export interface View {
  readonly name: string
  readonly hash: string
  readonly ready: string // selector
  readonly prepare?: (page: Page) => Promise<void>
}

export function views({ macs }: Pick<FakeDesk, 'macs'>): readonly View[] {
  return viewsOf(some(macs[7]), some(macs[9]))
}

/** `phone`: of which a document changed; `unlisted`: one of the inbox. */
export function viewsOf(phone: string, unlisted: string): readonly View[] {
  return [
    { name: 'phones', hash: '#/phones', ready: '[role=row][aria-rowindex="2"]' },
    { name: 'timeline', hash: `#/phone/${phone}`, ready: '.facts .what' },
    { name: 'settings', hash: `#/phone/${phone}/settings`, ready: '.values td' },
    { name: 'documents', hash: `#/phone/${phone}/documents`, ready: '.code-line' },
    {
      name: 'changes',
      hash: `#/phone/${phone}/documents?changes`,
      ready: '.documents',
      async prepare(page) {
        await page.locator('.names button', { hasText: 'changed' }).first().click()
        await page.getByRole('button', { name: 'Changes' }).click()
        await page.locator('ins').first().waitFor()
      },
    },
    { name: 'findings', hash: `#/phone/${phone}/findings`, ready: '.findings td' },
    { name: 'inbox', hash: '#/inbox', ready: '[role=row][aria-rowindex="2"]' },
    { name: 'adopt', hash: `#/inbox/${unlisted}`, ready: 'form' },
    { name: 'leases', hash: '#/leases', ready: '[role=row][aria-rowindex="2"]' },
    {
      name: 'release',
      hash: '#/leases?release',
      ready: '[role=row][aria-rowindex="2"]',
      async prepare(page) {
        await page.getByRole('button', { name: 'Release' }).first().click()
        await page.getByRole('dialog').waitFor()
      },
    },
    { name: 'redirections', hash: '#/redirections', ready: '.form-row' },
    { name: 'shelves', hash: '#/shelves', ready: '.values td' },
    { name: 'health', hash: '#/health', ready: '.door' },
    { name: 'plots', hash: '#/plots', ready: '.plot-place canvas' },
  ]
}
