/** Where settings and firmware come from, and the URLs the phone calls on events. No I/O. */

import { kind, type More, number, oneOf, onOff, settings, text, unprotected, url } from './facts.js'

const policies = oneOf(
  ...['auto_update', 'ask_for_update', 'settings_only', 'never_update'],
  ...['never_update_firm', 'never_update_boot'],
)

const never = (why: string): More => ({ class: 'unprotected', never: { why } })
const image = never('firmware is set by firmware_status alone, whose document names the image')
const foundOnBoot = never('it is internal: the phone fills it from DHCP or Plug & Play at each boot')

const sources = settings({
  setting_server: [
    url,
    'Where the phone fetches its settings; {mac} stands for its hardware address',
    undefined,
    {
      never: {
        unless: 'the phone is sent to another server',
        why: 'the phone has found this server already, and would go to the written one ever after',
      },
    },
  ],
  subscribe_config: [onOff, 'Asks for settings by SIP SUBSCRIBE', 'off'],
  pnp_config: [onOff, 'Asks by multicast who has settings (Plug & Play)', 'on'],
  pnp_server: [url, 'What Plug & Play answered', undefined, foundOnBoot],
  provisioning_order: [
    text,
    'Ways to settings in their order, each with :stop or :proceed',
    'redirection:stop pnp:stop dhcp:stop tr69:stop',
    { since: '8.7.3' },
  ],
  settings_refresh_timer: [number(0, undefined, 'seconds'), 'Time between fetches of settings; 0 is never', '0'],
  prov_polling_enabled: [onOff, 'Fetches settings again and again'],
  prov_polling_mode: [oneOf('rel', 'abs', 'random'), 'When: after a time, at a time, at random'],
  prov_polling_period: [number(0), 'How often'],
  prov_polling_time: [text, 'At which time of day'],
  auto_reboot_on_setting_change: [
    onOff,
    'Restarts when a setting changed that needs it; acts only where it stands first',
    undefined,
    unprotected,
  ],
  update_server: [text, 'Server part of the settings URL, from DHCP option 66', undefined, foundOnBoot],
  update_filename: [text, 'File part of the settings URL, from DHCP option 67', undefined, foundOnBoot],
  update_host_b: [
    text,
    'Server of the boot loader',
    undefined,
    never('it is internal: the old update by the boot loader'),
  ],
  update_host_f: [
    text,
    'Server of the firmware',
    undefined,
    never('it is internal: the old update by the boot loader'),
  ],
  phone_type: [
    text,
    'Model, as in DHCP option 60',
    undefined,
    never('the phone builds the names of its files from it, and then asks for wrong ones'),
  ],
  reset_settings: [text, 'Puts all settings back', undefined, never('the phone would lose its settings at each boot')],
  reboot_after_nr: [
    number(0, 3600, 'minutes'),
    'Restarts after this time without registration',
    '0',
    never('it is internal: with the server down, all phones restart again and again'),
  ],
})

const firmware = settings({
  update_policy: [policies, 'What the phone loads: firmware and settings, settings, nothing'],
  firmware_status: [url, 'Where the document is that names the image to run'],
  firmware_interval: [number(0, undefined, 'minutes'), 'Time between looks at that document', '1440'],
  firmware: [url, 'Image to load; stands in firmware-settings alone', undefined, image],
  firmware_uxm: [url, 'Image of expansion modules; in firmware-settings', undefined, { ...image, since: '8.9.3.68' }],
  firmware_uxmc: [url, 'Image of expansion modules; in firmware-settings', undefined, { ...image, since: '8.9.3.68' }],
  firmware_version: [text, 'Firmware in use', undefined, { ...image, class: 'write-protected' }],
  uboot_version: [text, 'Boot loader in use', undefined, { ...image, class: 'write-protected' }],
  bootloader: [url, 'Boot loader to load', undefined, image],
  ramdisk: [url, 'Part of old firmware to load', undefined, image],
  linux: [url, 'Part of old firmware to load', undefined, image],
  rootfs: [url, 'Part of old firmware to load', undefined, image],
  jffs2: [url, 'File system of old firmware to load', undefined, image],
})

const called = kind('action-urls')

const actions = settings({
  action_incoming_url: [called, 'Called when a call comes in'],
  action_outgoing_url: [called, 'Called when a call goes out'],
  action_missed_url: [called, 'Called when a call was missed'],
  action_connected_url: [called, 'Called when a call begins'],
  action_disconnected_url: [called, 'Called when a call has ended'],
  action_offhook_url: [called, 'Called when the handset is lifted'],
  action_onhook_url: [called, 'Called when the handset is laid down'],
  action_setup_url: [called, 'Called when the phone has started'],
  action_dnd_on_url: [called, 'Called when “do not disturb” is switched on'],
  action_dnd_off_url: [called, 'Called when “do not disturb” is switched off'],
  action_redirection_on_url: [called, 'Called when redirection is switched on'],
  action_redirection_off_url: [called, 'Called when redirection is switched off'],
  action_log_on_url: [called, 'Called when a user logs on'],
  action_log_off_url: [called, 'Called when a user logs off'],
  action_reg_failed: [called, 'Called when a registration fails'],
})

export const provisioningSettings = [...sources, ...firmware, ...actions]
