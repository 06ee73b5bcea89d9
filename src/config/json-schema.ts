/** JSON Schema of the two configuration files, for editors. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { phonesSchema } from './phones-schema.js'
import { jsonSchema } from './schema.js'
import { siteSchema } from './site-schema.js'

export interface SchemaFile {
  readonly name: string
  readonly text: string
}

export function schemaFiles(): readonly SchemaFile[] {
  return [
    { name: 'option66.schema.json', text: render(jsonSchema(siteSchema, 'option66.yaml')) },
    { name: 'phones.schema.json', text: render(jsonSchema(phonesSchema, 'phones.yaml')) },
  ]
}

/** Writes both anew beside the files that name them; run by `npm run schema`. */
export async function writeSchemas(folder: string): Promise<void> {
  for (const { name, text } of schemaFiles()) await writeFile(join(folder, name), text)
}

function render(schema: Record<string, unknown>): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
