/** The head of a table: which column says what, however it is spelled. No I/O. */

/** What a column can say; the first is the phone's, the last five are an identity's. */
export type Field =
  | 'mac'
  | 'model'
  | 'name'
  | 'address'
  | 'groups'
  | 'user'
  | 'display'
  | 'password'
  | 'registrar'
  | 'outbound'

export interface Column {
  readonly field: Field
  readonly number?: number // user2, password 2: the identity it belongs to
}

/** Without case, blanks and dashes; English and German, as telephone systems and spreadsheets name them. */
const spellings: Readonly<Record<Field, string>> = {
  mac: 'mac macaddress macaddr macid macadresse hwaddr hwaddress hardwareaddress ethernetaddress ethernet',
  model:
    'model modell type typ phonetype phonemodel phone devicetype devicemodel device geraet gerät gerätetyp telefontyp',
  name: 'name phonename devicename label description location beschreibung bezeichnung standort raum room',
  address: 'address ip ipaddress ipaddr ipv4 ipadresse adresse reservation',
  groups: 'group groups gruppe gruppen department abteilung',
  user:
    'user username userid ext extension extensionnumber number account accountid accountname sipuser sipusername ' +
    'sipid sipaccount siplogin login benutzer benutzername nebenstelle durchwahl rufnummer nummer',
  display: 'display displayname realname userrealname fullname callerid calleridname cidname anzeigename',
  password:
    'password pass passwd pw secret sipsecret sippassword sippass accountpassword userpass kennwort passwort geheimnis',
  registrar: 'registrar server sipserver sipregistrar registrarserver host userhost domain sipdomain realm pbx anlage',
  outbound: 'outbound outboundproxy proxy sipproxy useroutbound',
}

const known: ReadonlyMap<string, Field> = new Map(
  fieldNames().flatMap(field => spellings[field].split(' ').map((word): [string, Field] => [word, field])),
)

/** `MAC Address`, `mac-address`, `sip user 2`; undefined for a column nobody knows. */
export function parseColumn(head: string): Column | undefined {
  const [, word = '', digits = ''] = /^(.*?)(\d{0,2})$/.exec(head.toLowerCase().replaceAll(/[^\p{L}\d]/gu, '')) ?? []
  const whole = known.get(`${word}${digits}`) // ipv4
  if (whole !== undefined) return { field: whole }
  const field = known.get(word)
  if (field === undefined) return undefined
  return digits === '' ? { field } : { field, number: Number(digits) }
}

function fieldNames(): readonly Field[] {
  return ['mac', 'model', 'name', 'address', 'groups', 'user', 'display', 'password', 'registrar', 'outbound']
}
