/** Whether the folders that a site names are there. */

import { stat } from 'node:fs/promises'
import type { Report } from './finding.js'

/** Absolute; '' where the site has none. */
export interface Folders {
  readonly state: string
  readonly http: string
  readonly tftp: string
}

/** The state folder is made when it is missing; the others hold files of the operator's. */
export async function checkFolders({ state, http, tftp }: Folders, report: Report): Promise<void> {
  const roots = [
    { path: ['http', 'root'], folder: http },
    { path: ['tftp', 'root'], folder: tftp },
    { path: ['state'], folder: state },
  ]
  for (const { path, folder } of roots) {
    const kind = folder === '' ? 'folder' : await kindOfPath(folder)
    if (kind === 'other') report.error('not-a-folder', path, `${folder} is not a folder`)
    if (kind === 'missing' && folder !== state) {
      report.warning('missing-folder', path, `there is no folder ${folder}; create it, or name another`)
    }
  }
}

async function kindOfPath(path: string): Promise<'folder' | 'missing' | 'other'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other'
  } catch {
    return 'missing' // or not to be seen by this user, which comes to the same
  }
}
