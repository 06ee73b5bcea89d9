/** For each rule that looks at documents and firmware: a phone, or a folder of files, that is wrong that way. */

import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import type { MisbehavingPhone } from './misbehaving.js'
import type { Provocation } from './provocations.js'

const image = 'snom370-8.7.5.35-SIP-f.bin'

/** As a phone that reads everything and installs nothing. */
async function fetchAll(phone: MisbehavingPhone, ...more: readonly string[]): Promise<void> {
  const { mac } = phone
  for (const path of ['snom370.htm', 'snom370/general.xml', `snom370-${mac}.htm`, `snom370/${mac}.xml`, ...more])
    await phone.get(`/${path}`)
}

export const settingsProvocations: Readonly<Record<string, Provocation>> = {
  'not-in-inventory': {
    misbehave: async phone => {
      await phone.boot({ kind: 'dhcp', port: phone.appliance.dhcp })
    },
    says: /^asked \/snom370-000413\w+\.htm, not in the inventory — adopt it$/,
  },
  'own-file-missing': {
    misbehave: async phone => {
      await phone.boot({ kind: 'dhcp', port: phone.appliance.dhcp })
      await phone.appliance.api('POST', `phones/${phone.mac}/adopt`, { model: 'snom370' })
    },
    says: /^asked \/snom370-000413\w+\.htm and got 404; it is listed now — restart it/,
  },
  'certificate-mismatch': {
    listed: '',
    misbehave: async phone => {
      const base = `https://127.66.0.1:${phone.appliance.https}`
      await phone.get('/snom370-000413269999.htm', { base, tls: phone.tls })
    },
    says: /asked \/snom370-000413269999\.htm with a certificate of another phone, and was refused/,
  },
  'server-failed': {
    listed: '',
    misbehave: async phone => {
      const file = join(phone.appliance.folder, 'tftproot/snom720.htm')
      await phone.lease()
      writeFileSync(file, '')
      truncateSync(file, 300 * 1024 * 1024) // more than is kept in memory; sparse, so that no disk holds it
      await phone.rrq('snom720.htm')
      rmSync(file)
    },
    says: /asked snom720\.htm, and we failed to answer \(ERROR 0 The file cannot be read\)/,
  },
  'secrets-withheld': {
    listed: '',
    misbehave: phone => fetchAll(phone),
    says: /without its 1 password: it asked from 127\.66\.9\.\d+, and it has no lease of ours/,
  },
  'nothing-found': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/snom-m9.htm')
      await phone.get(`/snom-m9-${phone.mac}.htm`)
      await phone.wait(20)
    },
    says: /^asked \/snom-m9\.htm and \/snom-m9-000413\w+\.htm and got 404: nothing came to it/,
  },
  'never-own': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/snom370.htm')
      await phone.get('/snom370/general.xml')
      await phone.wait(20)
    },
    says: /stopped 2\d s ago after \/snom370\/general\.xml and never asked for its own file \(…-000413\w+\.htm\)/,
  },
  'container-only': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/snom370.htm')
      await phone.get(`/snom370-${phone.mac}.htm`)
      await phone.wait(20)
    },
    says: /^took \/snom370-000413\w+\.htm and asked for none of the files it names: its firmware reads no containers/,
  },
  'broken-off': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/lang/8.4.35/gui_lang_XX.xml', { part: true })
    },
    says: /^\/lang\/8\.4\.35\/gui_lang_XX\.xml broke off at \d+ % after .+ \(status 200\) — check cable and switch port/,
  },
  'tftp-refused': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.rrq('snom370.htm', [['blksize', '4']])
    },
    says: /asked snom370\.htm by TFTP and was refused: bad option: ERROR 8 blksize must be at least 8/,
  },
  'rate-limited': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      const pool = new Agent({ keepAlive: true, maxSockets: 16 })
      await phone.atOnce(() => Promise.all(Array.from({ length: 450 }, () => phone.get('/snom370.htm', { pool }))))
      pool.destroy()
    },
    says: /asked so often that requests were refused \(429\)/,
  },
  refused: {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/snom370.htm', { method: 'PUT' })
    },
    says: /asked \/snom370\.htm and was refused: status 405 — files are only read here/,
  },
  'part-missing': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/snom370/gui-lang.xml') // as a container in www/ may name it, where there are no languages
    },
    says: /asked \/snom370\/gui-lang\.xml, which a container names, and got 404 — add the languages/,
  },
  'language-missing': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/lang/8.4.35/gui_lang_DE.xml')
    },
    says: /gui_lang_DE\.xml, which is not there, and stays English — add the languages of firmware 8\.4\.35/,
  },
  'unknown-file': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/yealink.cfg')
    },
    says: /asked \/yealink\.cfg, which is no name of ours, and got 404/,
  },
  'foreign-file': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.get('/snom370-000413269999.htm')
    },
    says: /asked \/snom370-000413269999\.htm, the file of another phone, from the address of 000413\w+/,
  },
  'odd-mac': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.boot({ kind: 'url', url: `${phone.appliance.base}/snom370-{mac}.htm` })
    },
    says: /spells its MAC unusually: \/snom370-00:04:13:/,
  },
}

export const firmwareProvocations: Readonly<Record<string, Provocation>> = {
  'image-missing': {
    listed: 'settings: {firmware_status: "{base}/typo.xml"}',
    misbehave: async phone => {
      const { folder, base, dhcp } = phone.appliance
      const missing = `${base}/firmware/snom370-8.7.5.53-SIP-f.bin`
      const text = `<?xml version="1.0"?><firmware-settings><firmware>${missing}</firmware></firmware-settings>`
      writeFileSync(join(folder, 'www/typo.xml'), text)
      await phone.boot({ kind: 'dhcp', port: dhcp })
    },
    says: /asked the firmware image \/firmware\/snom370-8\.7\.5\.53-SIP-f\.bin and got 404: it stops with a prompt/,
  },
  'image-broken-off': {
    listed: `firmware: ${image}`,
    misbehave: async phone => {
      for (let boot = 0; boot < 3; boot += 1) {
        await phone.lease()
        await fetchAll(phone, `snom370/firmware.xml?mac=${phone.mac}`)
        await phone.get(`/firmware/${image}`, { part: true })
        await phone.wait(30)
      }
    },
    says: /^restarts firmware download at \d+ % for the third time \(\/firmware\/snom370-8\.7\.5\.35-SIP-f\.bin\)/,
  },
  'firmware-unchanged': {
    listed: `firmware: ${image}`,
    misbehave: async phone => {
      await phone.boot({ kind: 'dhcp', port: phone.appliance.dhcp })
      await phone.wait(60)
      await phone.boot({ kind: 'dhcp', port: phone.appliance.dhcp })
    },
    says: /fetched \/firmware\/snom370-8\.7\.5\.35-SIP-f\.bin 6\d s before it said again that it runs 8\.4\.35/,
  },
  'boot-loop': {
    listed: '',
    misbehave: async phone => {
      for (let boot = 0; boot < 4; boot += 1) {
        await phone.boot({ kind: 'dhcp', port: phone.appliance.dhcp })
        await phone.wait(60)
      }
    },
    says: /boots again and again: 4 times in 3 min/,
  },
  'image-not-asked': {
    listed: `firmware: ${image}`,
    misbehave: async phone => {
      await phone.lease()
      await fetchAll(phone, `snom370/firmware.xml?mac=${phone.mac}`)
      await phone.wait(70)
    },
    says: /runs 8\.4\.35, took \/snom370\/firmware\.xml\?mac=\w+ and never asked for snom370-8\.7\.5\.35-SIP-f\.bin/,
  },
  'firmware-file-missing': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await fetchAll(phone, 'snom370/firmware.xml')
    },
    says: /asked \/snom370\/firmware\.xml, where `firmware_status` sends it, and got 404/,
  },
}
