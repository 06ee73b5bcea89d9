/** The settings of an identity (SIP account, 1 to 12): who it is, where it registers, how it rings. No I/O. */

import { kind, maybePerIdentity, number, oneOf, onOff, perIdentity, secret, settings, text, url } from './facts.js'

const servers = ['default', 'ccm', 'asterisk', 'broadsoft', 'metaswitch', 'pbxnsip', 'sylantro', 'telepo', 'nortel']
const serverType = oneOf(...servers, 'teles')
const seconds = number(0, undefined, 'seconds')
const server = kind('sip-server')
const dialled = kind('number-or-uri')

const account = settings(
  {
    user_active: [onOff, 'Whether the identity is in use and registers', 'on'],
    user_realname: [text, 'Name shown to the people called'],
    user_name: [text, 'SIP account: the user part of its address'],
    user_pass: [text, 'Password of the SIP account', undefined, secret],
    user_hash: [text, 'MD5 of user, realm and password, in place of the password', undefined, secret],
    user_pname: [text, 'User name for authentication, where it differs from the account'],
    user_host: [server, 'Registrar of the account'],
    user_outbound: [server, 'Outbound proxy, with port and transport where needed'],
    user_failover_identity: [kind('identity'), 'Identity that takes over when this one cannot register', 'none'],
    user_expiry: [seconds, 'Registration lifetime asked for', '3600'],
    user_subscription_expiry: [seconds, 'Subscription lifetime asked for', '3600'],
    user_q: [number(0, 1), 'Weight of this contact among all contacts of the account', '1.0'],
    user_proxy_require: [text, 'Option tags for the Proxy-Require header'],
    user_additional_supported_header: [text, 'Option tags added to the Supported header'],
    user_server_type: [serverType, 'Make of the SIP server, for its peculiarities', 'default'],
    user_remove_all_bindings: [onOff, 'Removes all contacts of the account before registering', 'off'],
    user_sipusername_as_line: [onOff, 'For registrars that do not return the contact as it was sent', 'off'],
    user_descr_contact: [onOff, 'Sends a contact that tells the phone apart from others of the account', 'on'],
    user_default_contact_uri: [text, 'Contact to use in place of the phone’s own', 'none'],
    user_uid: [text, 'Instance id of the registration, made by the phone'],
    user_wait_for_ntp_before_register: [onOff, 'Registers only when the time is known', 'off'],
    retry_after_failed_subscribe: [seconds, 'Pause after a subscription was refused', '600'],
    user_shared_line: [onOff, 'The account is a shared line', 'off'],
    user_auto_connect: [onOff, 'Answers calls to this identity by itself', 'off'],
    user_send_local_name: [onOff, 'Sends the display name with calls', 'off'],
    user_enable_hookflash: [onOff, 'Sends a hook flash to the server', 'off'],
    user_hold_inactive: [onOff, 'Holds with media inactive instead of sendonly', 'off'],
    user_allow_inc_dialog_subscribe: [onOff, 'Lets others watch the calls of this identity'],
    user_dp_str: [text, 'Dial plan of the identity, as |pattern|replacement|'],
    user_dp_exp: [text, 'Number that replaces the expressions of the dial plan'],
    user_dp: [text, 'Dial plan of the identity in the oldest form'],
  },
  perIdentity,
)

const looks = settings(
  {
    user_idle_text: [text, 'Text shown for the identity on the idle screen'],
    user_idle_number: [text, 'Number shown for the identity on the idle screen'],
    user_ringer: [kind('ringer'), 'Ringing tone of the identity', 'Ringer1'],
    user_custom: [url, 'WAV file that rings when the tone is Custom'],
    user_mailbox: [dialled, 'Mailbox whose messages are shown'],
    user_mailbox_retrieve: [dialled, 'Number to dial to hear the mailbox'],
    user_xml_screen_url: [url, 'XML application shown on the idle screen'],
    user_alert_info: [text, 'Alert-Info header sent with calls'],
    user_pic: [url, 'Picture sent with calls as Call-Info icon'],
    user_pic_tie_to_tbook: [onOff, 'Takes the picture of a caller from the directory', 'off'],
    user_moh: [kind('sip-uri'), 'Source of the music that a held party hears'],
    user_stream: [text, 'Media stream played to the other party'],
    hide_identity: [onOff, 'Leaves the identity out of the lists on the screen'],
    ring_after_delay: [seconds, 'Rings only after this time'],
    record_missed_calls: [onOff, 'Lists missed calls of the identity', 'on'],
    record_missed_calls_cwi_off: [onOff, 'Lists calls missed while call waiting was off', 'on'],
    record_dialed_calls: [onOff, 'Lists dialled calls of the identity', 'on'],
    record_received_calls: [onOff, 'Lists received calls of the identity', 'on'],
    record_deflected_calls: [onOff, 'Lists calls that were redirected'],
  },
  perIdentity,
)

const presence = settings(
  {
    user_presence_subscription: [onOff, 'Watches the presence of a list of buddies', 'off'],
    user_presence_buddy_list_uri: [kind('sip-uri'), 'List of buddies whose presence is watched'],
    user_presence_host: [server, 'Presence server of the identity'],
    user_presence_uri: [kind('sip-uri'), 'Address under which the identity publishes presence'],
    user_presence_only: [onOff, 'The identity serves presence alone, not calls', 'off'],
    user_presence_identity: [kind('identity'), 'Identity that publishes presence for this one', 'none'],
    user_publish_presence_bootup: [onOff, 'Publishes presence as soon as it has registered', 'on'],
    user_report_machine_state: [onOff, 'Publishes the state of the machine', 'on'],
    user_report_phone_state: [onOff, 'Publishes whether the phone is in a call', 'on'],
    presence_state: [text, 'Presence shown to others'],
    user_event_list_subscription: [onOff, 'Watches many extensions through one list (RFC 4662)', 'off'],
    user_event_list_uri: [kind('sip-uri'), 'The list for that subscription'],
    extension_monitoring_group: [text, 'Group of extensions that are watched together'],
    monitor_notify_for_subscription_refresh: [onOff, 'Expects a NOTIFY after each refresh of a subscription'],
    cc_token: [text, 'Token of a call completion in progress', undefined, secret],
  },
  perIdentity,
)

const managed = settings(
  {
    using_server_managed_dnd: [onOff, 'The server keeps “do not disturb”', 'off'],
    using_server_managed_fwd_all: [onOff, 'The server keeps the forwarding of all calls', 'off'],
    using_server_managed_fwd_busy: [onOff, 'The server keeps the forwarding when busy', 'off'],
    using_server_managed_fwd_time: [onOff, 'The server keeps the forwarding when not answered', 'off'],
    server_managed_dnd_state: [onOff, 'What the server last said of “do not disturb”', 'off'],
    server_managed_fwd_all_state: [onOff, 'What the server last said of forwarding all calls', 'off'],
    server_managed_fwd_all_nr: [dialled, 'Where the server forwards all calls'],
    server_managed_fwd_busy_state: [onOff, 'What the server last said of forwarding when busy', 'off'],
    server_managed_fwd_busy_nr: [dialled, 'Where the server forwards when busy'],
    server_managed_fwd_time_state: [onOff, 'What the server last said of forwarding when not answered', 'off'],
    server_managed_fwd_time_nr: [dialled, 'Where the server forwards when not answered'],
    server_managed_fwd_time_secs: [text, 'Seconds until the server forwards, or off', 'off'],
    redirect_identity_allways: [dialled, 'Where calls to this identity are always redirected'],
  },
  perIdentity,
)

const all = settings({
  active_line: [number(1, 12), 'Identity for outgoing calls', '1'],
  outgoing_identity: [number(1, 12), 'Identity for outgoing calls, on newer phones'],
  presence_timeout: [number(0, undefined, 'minutes'), 'Idle time until the presence becomes away', '15'],
  away_timeout: [number(0, undefined, 'minutes'), 'Idle time until the user counts as away'],
  publish_presence: [onOff, 'Publishes presence with SIP PUBLISH', 'off', maybePerIdentity],
  retry_after_failed_register: [
    text,
    'Seconds until a refused registration is tried again, or shortest:longest',
    '300',
  ],
  was_never_registered: [onOff, 'The phone’s memory of not having registered yet', undefined, { class: 'unprotected' }],
  mailbox_active: [onOff, 'Shows messages of the active identity alone', 'off'],
})

export const identitySettings = [...account, ...looks, ...presence, ...managed, ...all]
