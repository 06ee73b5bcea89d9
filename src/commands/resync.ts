/** `option66 resync`: lets the running appliance tell a phone to read its settings again. */

import { parseMac } from '../address/mac.js'
import type { ApiAnswer, callApi } from './api-client.js'

export interface ResyncOrder {
  readonly state: string // folder of the appliance
  readonly mac: string // any usual spelling
  readonly reboot: boolean
  readonly json: boolean
  readonly write: (text: string) => void
  readonly complain: (text: string) => void
  readonly callApi: typeof callApi
}

/** Exit code 0: the phone understood; 1: it did not, or no appliance runs; 2: the call is wrong. */
export async function resync(order: ResyncOrder): Promise<number> {
  const mac = parseMac(order.mac)
  if (mac === undefined) {
    order.complain(`${order.mac}: expected a MAC address such as 000413261234\n`)
    return 2
  }
  const answer = await order.callApi(order.state, 'POST', `phones/${mac}/resync`, { reboot: order.reboot })
  if (answer === undefined) {
    order.complain(`no appliance runs with ${order.state}: start it, for it alone knows where ${mac} is\n`)
    return 1
  }
  if (order.json) order.write(`${JSON.stringify(answer.body)}\n`)
  else order.write(`${wordsOf(answer)}\n`)
  return isUnderstood(answer) ? 0 : 1
}

function isUnderstood({ status, body }: ApiAnswer): boolean {
  const told = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined
  return status === 200 && typeof told === 'number' && told < 300
}

function wordsOf({ status, body }: ApiAnswer): string {
  if (typeof body !== 'object' || body === null) return `the appliance answered ${status}`
  if ('text' in body) return String(body.text)
  return 'error' in body ? String(body.error) : `the appliance answered ${status}`
}
