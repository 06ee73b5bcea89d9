/** Languages, time and what the screen shows. No I/O. */

import { byUser, kind, number, oneOf, onOff, settings, text, unprotected, url } from './facts.js'

const colour = kind('colour')

const locale = settings({
  language: [kind('language'), 'Language of the screen, by the name its file gives itself', 'English'],
  web_language: [kind('language'), 'Language of the web pages, by the name its file gives itself', 'English'],
  timezone: [kind('time-zone'), 'Country and hours from UTC, which also fix daylight saving'],
  utc_offset: [number(-50400, 50400, 'seconds'), 'Offset from UTC; follows from timezone', undefined, unprotected],
  dst: [kind('dst'), 'Daylight saving: seconds, start and end; follows from timezone', undefined, unprotected],
  ntp_server: [kind('address'), 'Time server; DHCP option 42 gives it too'],
  ntp_refresh_timer: [number(0, undefined, 'seconds'), 'Time between questions to the time server', '3600'],
  system_time: [number(0, undefined, 'seconds since 1970'), 'The clock itself', undefined, unprotected],
  date_us_format: [onOff, 'Month before day', 'on'],
  time_24_format: [onOff, 'Clock of 24 hours', 'on'],
  dialnumber_us_format: [onOff, 'Shows numbers grouped as in the USA'],
  show_clock: [onOff, 'Shows the clock on the idle screen'],
  zone_desc: [text, 'Time zone, on DECT bases'],
})

const methods = oneOf('full_contact', 'display_name', 'display_number', 'display_name_number', 'display_number_name')
const level = number(0, 15)

const screen = settings({
  display_method: [methods, 'What is shown of other parties: name, number or address', 'full_contact', byUser],
  contrast: [number(0, 30), 'Contrast of the screen', '15', byUser],
  use_backlight: [oneOf('on', 'off', 'always', 'dim'), 'Lights the screen; dim since 7.1.33 on the 370', 'on', byUser],
  backlight: [level, 'Light of the screen in use', '15', byUser],
  backlight_idle: [level, 'Light of the screen at rest', undefined, byUser],
  enable_backlight_dimming: [onOff, 'Dims the light at rest', 'on', byUser],
  dim_timer: [number(0, undefined, 'seconds'), 'Time until the light is dimmed', undefined, byUser],
  calling_title: [text, 'Title while it calls', 'lang_calling'],
  connected_title: [text, 'Title during a call', 'lang_connected'],
  ringing_title: [text, 'Title while it rings', 'lang_ringing'],
  enter_number_title: [text, 'Title while a number is entered', 'lang_enter_number'],
  held_by_title: [text, 'Title while the other party holds', 'lang_held_by'],
  disconnected_title: [text, 'Title after a call', 'lang_terminated_finished'],
  show_call_status: [onOff, 'Shows SIP status lines during a call'],
  show_name_dialog: [onOff, 'Asks for a name when a number is stored', 'off'],
  show_local_line: [onOff, 'Shows the called identity', 'off'],
  show_ivr_digits: [onOff, 'Shows digits sent during a call'],
  show_xml_pickup: [onOff, 'Shows calls that can be picked up'],
  always_show_active_call: [onOff, 'Keeps the call on the screen'],
  global_missed_counter: [onOff, 'Counts missed calls of all identities', 'on'],
  scroll_outgoing: [onOff, 'Arrow keys change the identity for outgoing calls'],
  xml_notify: [onOff, 'Shows XML applications sent by NOTIFY', 'on'],
  status_msgs_that_are_blocked: [text, 'Messages of the phone that are not shown'],
  cancel_on_hold: [onOff, 'Cancel leaves the call on hold', 'off'],
  cancel_missed: [onOff, 'Cancel removes the note of missed calls', 'on'],
  cancel_desktop: [onOff, 'Cancel goes back to the idle screen', 'off'],
  d7_state_format: [text, 'How states are shown on the D7 expansion module'],
  expansion_module_background_image: [url, 'Picture behind the keys of an expansion module'],
  custom_bg_image_url: [url, 'Picture on the idle screen'],
  ui_theme: [text, 'Colours of the screen by one name, such as dark', undefined, byUser],
  branding_name: [text, 'Name shown in place of the maker’s'],
  advertisement: [onOff, 'Shows advertisements where the firmware has them'],
  disable_fav_menu: [onOff, 'Has no menu of favourites'],
  aoc_amount_display: [oneOf('off', 'charged', 'balance'), 'Shows the cost of calls', 'off'],
  aoc_pulse_currency: [{ kind: 'text', longest: 3 }, 'Currency of that cost'],
  aoc_cost_pulse: [kind('decimal'), 'Cost of one pulse', '1'],
})

const colours = settings({
  text_color: [colour, 'Text'],
  subtext_color: [colour, 'Text of less weight'],
  extratext_color: [colour, 'Further text'],
  extratext2_color: [colour, 'Further text, second kind'],
  background_color: [colour, 'Background'],
  titlebar_text_color: [colour, 'Text of the title'],
  titlebar_background_color: [colour, 'Background of the title'],
  fkey_background_color: [colour, 'Background of keys under the screen'],
  fkey_pressed_background_color: [colour, 'Background of a pressed key'],
  fkey_separator_color: [colour, 'Line between keys'],
  fkey_label_color: [colour, 'Text of keys'],
  fkey_pressed_label_color: [colour, 'Text of a pressed key'],
  line_background_color: [colour, 'Background of a line'],
  line_separator_color: [colour, 'Line between lines'],
  selected_line_background_color: [colour, 'Background of the chosen line'],
  selected_line_indicator_color: [colour, 'Mark of the chosen line'],
  selected_line_text_color: [colour, 'Text of the chosen line'],
})

export const displaySettings = [...locale, ...screen, ...colours]
