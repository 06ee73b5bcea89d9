/** The shelves: firmware images and language files that phones can be given. */

import type { ShelvesView as Shelves } from '../../api/shapes.js'
import { useAnswer } from '../answer.js'
import { count, size } from '../words.js'

export function ShelvesView() {
  const { value, problem, again } = useAnswer<Shelves>('shelves')
  return (
    <div class="sheet">
      <div class="bar">
        <h1 tabIndex={-1}>Shelves</h1>
        <button type="button" class="quiet" onClick={again}>
          Look again
        </button>
      </div>
      {value === undefined ? (
        <p class="waiting">{problem ?? 'Loading …'}</p>
      ) : (
        <>
          <Firmware files={value.firmware} />
          <Languages versions={value.languages} />
        </>
      )}
    </div>
  )
}

function Firmware({ files }: { readonly files: Shelves['firmware'] }) {
  return (
    <section>
      <h2>Firmware</h2>
      {files.length === 0 ? (
        <p class="empty">
          No image yet. <code>option66 firmware add FILE</code> checks one and puts it here.
        </p>
      ) : (
        <table class="values">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Model</th>
              <th scope="col">Version</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Used by</th>
            </tr>
          </thead>
          <tbody>
            {files.map(file => (
              <tr key={file.file}>
                <td class="mac">{file.file}</td>
                <td>{file.model ?? <span class="dim">unknown</span>}</td>
                <td>{file.version}</td>
                <td class="number">{size(file.bytes)}</td>
                <td>{file.usedBy === 0 ? <span class="dim">nobody</span> : count(file.usedBy, 'phone')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Languages({ versions }: { readonly versions: Shelves['languages'] }) {
  return (
    <section>
      <h2>Languages</h2>
      {versions.length === 0 ? (
        <p class="empty">
          No language file yet. <code>option66 languages add ARCHIVE</code> checks an archive and puts its files here.
        </p>
      ) : (
        <table class="values">
          <thead>
            <tr>
              <th scope="col">Firmware</th>
              <th scope="col">On the phone</th>
              <th scope="col">On its web page</th>
            </tr>
          </thead>
          <tbody>
            {versions.map(({ version, gui, web }) => (
              <tr key={version}>
                <td>{version}</td>
                <td>{gui.join(', ')}</td>
                <td>{web.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
