/** The thread that readSiteAside() starts: reads the site, and hands it over piece by piece. */

import { on } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { addPhone } from './edit-inventory.js'
import { readSite } from './site.js'
import { type Errand, type Piece, type Trial, withoutPhones } from './site-aside.js'

const phonesAtOnce = 200 // a few milliseconds' work for who takes them in

if (parentPort !== null) await handOver(parentPort, workerData as Errand) // readSiteAside() made it

async function handOver(port: MessagePort, errand: Errand): Promise<void> {
  const asked = on(port, 'message')
  const send = async (piece: Piece): Promise<void> => {
    port.postMessage(piece)
    if (piece.kind !== 'end') await asked.next()
  }
  const reading = await carryOut(errand)
  await send({ kind: 'reading', reading: withoutPhones(reading) })
  const phones = [...(reading.site?.inventory.phones.values() ?? [])]
  for (let first = 0; first < phones.length; first += phonesAtOnce) {
    await send({ kind: 'phones', phones: phones.slice(first, first + phonesAtOnce) })
  }
  await send({ kind: 'end' })
  await asked.return?.()
}

async function carryOut({ file, facts, addition }: Errand): Promise<Trial> {
  if (addition === undefined) return readSite(file, facts)
  const edited = addPhone(addition.text, addition.mac, addition.phone)
  if (edited === undefined) return { findings: [], files: [] }
  const texts = new Map(facts.texts).set(addition.file, edited.text)
  return { ...(await readSite(file, { ...facts, texts })), edited }
}
