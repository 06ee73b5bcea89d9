/** Dialling, transfer, redirection, “do not disturb” and the directory. No I/O. */

import { kind, maybePerIdentity, number, oneOf, onOff, secret, settings, text } from './facts.js'

const dialled = kind('number-or-uri')
const seconds = number(0, undefined, 'seconds')

const dialling = settings({
  auto_dial: [oneOf('off', '2', '5', '10', '15'), 'Seconds after the last digit until it dials by itself', 'off'],
  auto_redial: [onOff, 'Dials a busy number again by itself', 'off'],
  auto_redial_value: [seconds, 'Time until it does', '10'],
  auto_connect: [onOff, 'Answers all calls by itself', 'off'],
  auto_connect_type: [
    oneOf('auto_connect_type_handsfree', 'auto_connect_type_handset'),
    'Device on which such calls are answered',
    'auto_connect_type_handsfree',
  ],
  overlap_dialing: [onOff, 'Sends digits while they are dialled (RFC 3578)', 'off'],
  block_url_dialing: [onOff, 'Dials digits alone, no addresses', 'off'],
  guess_number: [onOff, 'Completes numbers from directory and lists', 'on'],
  guess_start_length: [number(1, undefined, 'digits'), 'Digits until it completes them', '4'],
  partial_lookup: [onOff, 'Finds names also by the end of a number', 'off'],
  preselection_nr: [dialled, 'Digits dialled before each number'],
  offhook_dial_prompt: [onOff, 'Lifting the handset opens the entry of a number'],
  idle_offhook: [onOff, 'Lifting the handset does nothing', 'off'],
  intercom_enabled: [onOff, 'Answers intercom calls by itself', 'off'],
  answer_after_policy: [oneOf('off', 'idle', 'always'), 'When Call-Info answer-after is obeyed', 'idle'],
  replacement_plan_url: [text, 'Where rules for replacing numbers come from'],
})

const handling = settings({
  conf_hangup: [onOff, 'Hanging up ends a conference for all', 'on'],
  transfer_on_hangup: [onOff, 'Hanging up joins the two other parties', 'on'],
  transfer_on_hangup_non_pots: [onOff, 'The same for other kinds of calls'],
  transfer_on_hangup_with_starcode: [onOff, 'The same when a star code was dialled'],
  call_join_xfer: [oneOf('on', 'off', 'always'), 'The transfer key joins the two other parties', 'off'],
  attended_transfer_on_ringing: [onOff, 'Transfers after consultation while the third party still rings'],
  quick_transfer: [oneOf('blind', 'attended', 'new_call'), 'What a function key does during a call'],
  transfer_dialing_on_transfer: [oneOf('blind', 'attended'), 'Kind of transfer after the transfer key'],
  transfer_dialing_on_other: [oneOf('blind', 'attended'), 'Kind of transfer after other keys'],
  disable_blind_transfer: [onOff, 'No transfer without consultation', 'off'],
  disable_deflection: [onOff, 'No redirection of a ringing call'],
  redirect_ringing: [onOff, 'A ringing call can be redirected'],
  disconnect_on_onhook: [onOff, 'Laying down the handset ends the call'],
  call_states_when_knocking: [text, 'States of a call in which a second one is announced'],
})

const redirection = settings({
  redirect_event: [oneOf('none', 'all', 'busy', 'time'), 'When calls are redirected', 'none'],
  redirect_number: [dialled, 'Where all calls are redirected'],
  redirect_busy_number: [dialled, 'Where calls are redirected when busy'],
  redirect_time_number: [dialled, 'Where calls are redirected when not answered'],
  redirect_time: [seconds, 'Time until they are'],
  redirect_always_on_code: [dialled, 'Number that tells the server to redirect all calls'],
  redirect_always_off_code: [dialled, 'Number that ends it'],
  redirect_busy_on_code: [dialled, 'Number that tells the server to redirect when busy'],
  redirect_busy_off_code: [dialled, 'Number that ends it'],
  redirect_time_on_code: [dialled, 'Number that tells the server to redirect when not answered'],
  redirect_time_off_code: [dialled, 'Number that ends it'],
  no_dnd: [onOff, 'Has no “do not disturb”', 'off'],
  dnd_mode: [onOff, '“Do not disturb” is on', 'off', maybePerIdentity],
  dnd_on_code: [dialled, 'Number that tells the server of “do not disturb”'],
  dnd_off_code: [dialled, 'Number that ends it'],
})

const directory = settings({
  ldap_server: [kind('address'), 'LDAP server of the directory'],
  ldap_port: [number(1, 65535), 'Its port', '389'],
  ldap_base: [text, 'Where the search begins'],
  ldap_username: [text, 'Name to log in with'],
  ldap_password: [text, 'Password to log in with', undefined, secret],
  ldap_max_hits: [number(1), 'Entries asked for at most', '50'],
  ldap_search_filter: [text, 'Filter for names; % stands for what was entered'],
  ldap_number_filter: [text, 'Filter for numbers; % stands for the number'],
  ldap_name_attributes: [text, 'Attributes that hold names, separated by blanks'],
  ldap_number_attributes: [text, 'Attributes that hold numbers, separated by blanks'],
  ldap_display_name: [text, 'What is shown of an entry: %cn'],
  directory_display_order: [oneOf('first_name_last_name', 'last_name_first_name'), 'Order of names in the directory'],
  contact_source_priority: [text, 'Which directory is asked first'],
})

export const callSettings = [...dialling, ...handling, ...redirection, ...directory]
