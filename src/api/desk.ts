/** What an operator can ask of the appliance, whatever the door: the page, the API and the commands end here. No I/O. */

import type { Mac } from '../address/mac.js'
import type {
  Adopted,
  AdoptOrder,
  DocumentView,
  FindingView,
  HealthView,
  InventoryView,
  LeasesView,
  PhoneLine,
  PhoneView,
  RedirectionView,
  RedirectOrder,
  Resynced,
  ResyncOrder,
  SettingsView,
  ShelvesView,
  StatisticsView,
} from './shapes.js'

/** The order cannot be carried out; the message is one sentence for the operator. `missing`: no such thing. */
export class Impossible extends Error {
  readonly reason: 'missing' | 'conflict' | 'invalid'

  constructor(reason: Impossible['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** All may reject with Impossible. Undefined: no such phone. */
export interface Desk {
  phones(): readonly PhoneLine[]
  phone(mac: Mac): PhoneView | undefined
  settings(mac: Mac): SettingsView | undefined
  documents(mac: Mac): Promise<readonly DocumentView[] | undefined>
  findingsOf(mac: Mac): Promise<readonly FindingView[] | undefined>
  findings(): Promise<readonly FindingView[]> // of configuration and inventory
  leases(): LeasesView
  release(address: string): Promise<void>
  inventory(): Promise<InventoryView>
  adopt(mac: Mac, order: AdoptOrder): Promise<Adopted>
  redirections(): readonly RedirectionView[]
  redirect(mac: Mac, order: RedirectOrder, from: string): Promise<RedirectionView>
  dismiss(mac: Mac, from: string): Promise<void> // out of the registry
  shelves(): Promise<ShelvesView>
  resync(mac: Mac, order: ResyncOrder): Promise<Resynced>
  health(): Promise<HealthView>
  statistics(): StatisticsView
  /** Called with lines that changed, at most four times a second; the returned function ends it. */
  watch(changed: (lines: readonly PhoneLine[]) => void): () => void
}
