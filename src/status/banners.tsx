/** What must be seen on every view: a lost connection, a refused configuration, another server on the LAN. */

import { useApp } from './app.js'
import { useStore } from './store.js'
import { clock, count, moment } from './words.js'

export function Banners() {
  const app = useApp()
  const link = useStore(app.link)
  const health = useStore(app.health)
  const errors = health?.configuration.findings.filter(finding => finding.severity === 'error').length ?? 0
  const rival = health?.rivals[0]
  return (
    <div class="banners">
      {link.state === 'lost' && (
        <p class="banner bad" role="alert">
          <strong>Connection lost</strong> at {clock(link.since)}. What you see is from then; trying again …
        </p>
      )}
      {health !== undefined && !health.configuration.isAccepted && (
        <p class="banner bad" role="alert">
          <strong>Configuration refused</strong> at {moment(health.configuration.readAt)} with {count(errors, 'error')}:
          the one before goes on. <a href="#/health">See the findings</a>
        </p>
      )}
      {rival !== undefined && (
        <p class="banner warn">
          <strong>Another {rival.kind.toUpperCase()} server</strong> answers on this LAN: {rival.address}.{' '}
          <a href="#/health">See health</a>
        </p>
      )}
    </div>
  )
}
