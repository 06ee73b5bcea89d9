/** Keys: function keys of the plain format, dedicated keys, keys of the screen, speed dials. No I/O. */

import { kind, type More, number, oneOf, onOff, settings, text } from './facts.js'

const action = kind('key-action')
/** 12 keys and three expansion modules of 42. */
const perKey: More = { index: { first: 0, last: 12 + 3 * 42 - 1, required: true } }
const speedDials: More = { index: { first: 0, last: 32, required: true } }

const functionKeys = settings(
  {
    fkey: [action, 'Function key: its type and argument', 'line'],
    fkey_context: [kind('context'), 'Function key: active identity, or the number of one', 'active'],
    fkey_label: [text, 'Function key: the text beside it'],
  },
  perKey,
)

const dedicated = settings({
  dkey_help: [action, 'Key with the question mark', 'keyevent F_HELP'],
  dkey_snom: [action, 'Key with the maker’s sign', 'keyevent F_SNOM'],
  dkey_conf: [action, 'Conference key', 'keyevent F_CONFERENCE'],
  dkey_transfer: [action, 'Transfer key', 'keyevent F_TRANSFER'],
  dkey_hold: [action, 'Hold key', 'keyevent F_R'],
  dkey_dnd: [action, '“Do not disturb” key', 'keyevent F_DND'],
  dkey_record: [action, 'Record key', 'keyevent F_REC'],
  dkey_directory: [action, 'Directory key', 'keyevent F_ADR_BOOK'],
  dkey_menu: [action, 'Menu key'],
  dkey_redial: [action, 'Redial key', 'keyevent F_REDIAL'],
  dkey_retrieve: [action, 'Key that fetches messages'],
  idle_left_key_action: [action, 'Left on the idle screen', undefined, { since: '8.2' }],
  idle_right_key_action: [action, 'Right on the idle screen', undefined, { since: '8.2' }],
  idle_up_key_action: [action, 'Up on the idle screen', undefined, { since: '8.2' }],
  idle_down_key_action: [action, 'Down on the idle screen', undefined, { since: '8.2' }],
  idle_ok_key_action: [action, 'OK on the idle screen', undefined, { since: '8.2' }],
  idle_cancel_key_action: [action, 'Cancel on the idle screen', undefined, { since: '8.2' }],
})

const screen = settings({
  gui_fkey1: [action, 'First key under the screen'],
  gui_fkey2: [action, 'Second key under the screen'],
  gui_fkey3: [action, 'Third key under the screen'],
  gui_fkey4: [action, 'Fourth key under the screen'],
  context_key: [
    action,
    'Key under the screen, of later phones; may also be an XML description',
    undefined,
    { index: { first: 0, last: 3, required: true } },
  ],
  context_key_text: [onOff, 'Keys under the screen show text instead of signs'],
  text_softkey: [onOff, 'Keys under the screen show text instead of signs', 'off'],
  show_redundant_context_keys: [onOff, 'Shows keys under the screen that a fixed key has too'],
  redundant_fkeys: [onOff, 'Shows keys under the screen that a fixed key has too', 'off'],
  gui_fkey_font_size: [number(1, undefined, 'points'), 'Size of the text beside the keys'],
  call_screen_fkeys_on_connected: [kind('key-events'), 'Keys under the screen during a call'],
  call_screen_fkeys_on_holding: [kind('key-events'), 'Keys under the screen while a call is on hold'],
  idle_status_btn_index: [number(-1), 'Key under the screen that shows messages of the phone'],
  smartlabel_optimize_info_box: [onOff, 'Labels beside the keys leave room for messages'],
  smartlabel_idle_default: [text, 'Width of the labels on the idle screen'],
  smartlabel_call_default: [text, 'Width of the labels during a call'],
  smartlabel_call_expanded: [text, 'Width of the labels during a call, when widened'],
  smartlabel_dismiss_timeout: [number(0, undefined, 'seconds'), 'Time until wide labels become narrow again'],
  label_scroll_timeout: [number(0, undefined, 'seconds'), 'Time until a long label moves'],
  pui_icon_override_xml_icon: [onOff, 'The phone’s own signs come before those of an XML description'],
  general_purpose_xml_descriptions: [
    text,
    'XML descriptions of key behaviour',
    undefined,
    { index: { first: 1, last: 12, required: true } },
  ],
  led_call_indicator_usage: [text, 'States of the phone for which the call light is lit'],
  message_led_other: [onOff, 'The message light also tells of missed calls', 'on'],
  goto_monitor_state_on_line_activity: [onOff, 'Shows a watched line when something happens on it'],
  goto_virtual_key_state_on_activity: [onOff, 'Shows a key of another page when something happens on it'],
})

const speed = settings({
  speed: [kind('number-or-uri'), 'Speed dial: the number', undefined, speedDials],
  keyboard_lock: [onOff, 'The keys are locked', 'off'],
  keyboard_lock_pw: [text, 'PIN that unlocks the keys', undefined, { secret: true }],
  keyboard_lock_emergency: [text, 'Numbers that can be dialled while locked', '911 112 110 999 19222'],
  keyboard_lock_timeout: [number(0, undefined, 'seconds'), 'Idle time after which the keys are locked'],
  enable_keyboard_lock: [onOff, 'The keys can be locked', 'on'],
  edit_alpha_mode: [oneOf('123', 'abc', 'ABC', 'kana'), 'What the keys write first', '123'],
})

export const keySettings = [...functionKeys, ...dedicated, ...screen, ...speed]
