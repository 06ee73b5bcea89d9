/** What lies in www/firmware and www/lang, and how many phones want each image. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ShelvesView } from '../api/shapes.js'
import { expectedImage } from '../bundle/images.js'
import { openLanguageShelf } from '../bundle/language-shelf.js'
import type { Inventory } from '../fleet/phone.js'
import { parseImageName } from '../snom/firmware-image.js'

const mostFiles = 1000 // images shown; the vendor published some hundreds

/** A folder that is not there holds nothing. */
export async function lookAtShelves(www: string, inventory: Inventory): Promise<ShelvesView> {
  const folder = join(www, 'firmware')
  const names = (await readdir(folder).catch(() => [])).filter(name => !name.startsWith('.')).toSorted()
  const users = usersOf(inventory)
  const firmware = await Promise.all(names.slice(0, mostFiles).map(file => look(folder, file, users)))
  const { sets } = await openLanguageShelf(www).current()
  return {
    firmware: firmware.flat(),
    languages: sets.map(({ version, files }) => {
      const named = (kind: 'gui' | 'web') => files.filter(file => file.kind === kind).map(({ name }) => name)
      return { version, gui: named('gui'), web: named('web') }
    }),
  }
}

async function look(
  folder: string,
  file: string,
  users: ReadonlyMap<string, number>,
): Promise<ShelvesView['firmware']> {
  const stats = await stat(join(folder, file)).catch(() => undefined)
  if (!stats?.isFile()) return []
  const { type, version } = parseImageName(file) ?? {}
  const usedBy = users.get(file) ?? users.get(version ?? '') ?? 0
  return [{ file, bytes: stats.size, usedBy, ...(type && { model: type }), ...(version && { version }) }]
}

/** By file name, or by version where the inventory names that. */
function usersOf({ phones, ...rest }: Inventory): Map<string, number> {
  const users = new Map<string, number>()
  for (const { mac, model } of phones.values()) {
    const image = model === undefined ? undefined : expectedImage({ phones, ...rest }, model, mac)
    if (image !== undefined) users.set(image, (users.get(image) ?? 0) + 1)
  }
  return users
}
