/** The thread that readSiteAside() starts: reads the site, and hands it over piece by piece. */

import { on } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { readSite } from './site.js'
import { type Errand, type Piece, withoutPhones } from './site-aside.js'

const phonesAtOnce = 200 // a few milliseconds' work for who takes them in

if (parentPort !== null) await handOver(parentPort, workerData as Errand) // readSiteAside() made it

async function handOver(port: MessagePort, { file, facts }: Errand): Promise<void> {
  const asked = on(port, 'message')
  const send = async (piece: Piece): Promise<void> => {
    port.postMessage(piece)
    if (piece.kind !== 'end') await asked.next()
  }
  const reading = await readSite(file, facts)
  await send({ kind: 'reading', reading: withoutPhones(reading) })
  const phones = [...(reading.site?.inventory.phones.values() ?? [])]
  for (let first = 0; first < phones.length; first += phonesAtOnce) {
    await send({ kind: 'phones', phones: phones.slice(first, first + phonesAtOnce) })
  }
  await send({ kind: 'end' })
  await asked.return?.()
}
