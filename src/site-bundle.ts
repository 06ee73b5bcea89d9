/** The bundle of the running appliance: of the site as it is at each request. */

import type { Ipv4 } from './address/ipv4.js'
import type { Bundle } from './bundle/bundle.js'
import { createBundle } from './bundle/create-bundle.js'
import { createSharedBytes } from './bundle/shared-bytes.js'
import { openShelf } from './bundle/shelf.js'
import type { Site } from './config/site.js'
import type { DocumentWatch } from './document-watch.js'
import { plainBase } from './door-urls.js'
import type { Log } from './doors/log.js'
import type { PnpNeighbours } from './pnp-plan.js'

export interface SiteBundleParts extends PnpNeighbours {
  readonly site: () => Site // its folders never change
  readonly address: () => Ipv4 | undefined // ours on the phones' LAN
  readonly documentWatch: DocumentWatch
  readonly log: Log
}

const noPaths: readonly string[] = []

export function openSiteBundle(parts: SiteBundleParts): Bundle {
  const { site, address, documentWatch, log, holderOf, redirectionOf } = parts
  const { http, tftp, state } = site()
  const bytes = createSharedBytes()
  return createBundle({
    inventory: () => site().inventory,
    www: openShelf(http?.root ?? tftp?.root ?? state, { bytes }),
    tftproot: openShelf(tftp?.root ?? state, { bytes }),
    holderOf,
    tftpSecrets: tftp?.secrets ?? false,
    plainUrl: () => plainBase(site(), address() ?? 0),
    redirectionOf,
    paths: () => site().redirection?.paths ?? noPaths,
    warn: text => log.warn({}, text),
    inspect: inspected => documentWatch.look(inspected),
  })
}
