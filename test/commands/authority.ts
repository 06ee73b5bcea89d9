/** An authority that signs the certificates of phones, by openssl. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Tls } from '../../src/phone/connections.js'

export interface Authority {
  readonly file: string // PEM
  /** A phone's own, with that common name. */
  certify(name: string): Tls
}

export function makeAuthority(t: Test): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'option66-ca-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'ignore' })
  openssl('req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -days 2 -subj /CN=Phones')
  return {
    file: join(folder, 'ca.pem'),
    certify: name => {
      openssl(`req -new -newkey rsa:2048 -noenc -keyout own.key -out own.csr -subj /CN=${name}`)
      openssl('x509 -req -in own.csr -out own.pem -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial')
      const read = (file: string) => readFileSync(join(folder, file), 'utf8')
      return { certificate: read('own.pem'), key: read('own.key') }
    },
  }
}
