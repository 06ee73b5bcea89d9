/** Which language lists one asker gets, with the URLs of the files in them. No I/O. */

import {
  chooseLanguages,
  type LanguageFile,
  type LanguageKind,
  type LanguageSet,
  writeLanguages,
} from '../snom/languages.js'
import { formatLanguageName } from '../snom/names.js'

export interface LanguageLists {
  /** The files that fit the asker's firmware; empty where none does. */
  readonly version: string | undefined
  names(kind: LanguageKind): readonly string[]
  /** The document; undefined where it would name nothing. */
  write(kind: LanguageKind): string | undefined
}

/** `version`: the firmware the asker runs, where it is known. `flat`: names for TFTP. */
export function languageLists(
  sets: readonly LanguageSet[],
  version: string | undefined,
  base: string,
  flat: boolean,
): LanguageLists {
  const set = chooseLanguages(sets, version)
  const listed = (kind: LanguageKind): readonly LanguageFile[] => set?.files.filter(file => file.kind === kind) ?? []
  const entry = ({ file, name }: LanguageFile) => {
    return { name, url: `${base}/${formatLanguageName({ version: set?.version ?? '', file }, flat)}` }
  }
  return {
    version: set?.version,
    names: kind => listed(kind).map(({ name }) => name),
    write: kind => {
      const entries = listed(kind).map(entry)
      return entries.length === 0 ? undefined : writeLanguages(kind, entries)
    },
  }
}
