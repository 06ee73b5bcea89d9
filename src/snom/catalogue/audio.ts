/** Loudness, headset, tones and ringing. No I/O. */

import { byUser, kind, type More, number, oneOf, onOff, settings, text, url } from './facts.js'

const ringer = kind('ringer')
const loud = number(0, 15)
const sensitive = number(1, 8)
const byEar: More = {
  advice: { verdict: 'prefer', flag: '!', why: 'the user sets it by ear, and any other flag undoes that at each boot' },
}

const devices = settings({
  vol_speaker: [loud, 'Loudness of the speaker', '8', byEar],
  vol_handset: [loud, 'Loudness of the handset', '8', byEar],
  vol_headset: [loud, 'Loudness of the headset', '8', byEar],
  vol_ringer: [loud, 'Loudness of ringing', undefined, byEar],
  vol_speaker_mic: [sensitive, 'Sensitivity of the microphone for hands-free talk', '4', byEar],
  vol_handset_mic: [sensitive, 'Sensitivity of the handset’s microphone', '4', byEar],
  vol_headset_mic: [sensitive, 'Sensitivity of the headset’s microphone', '4', byEar],
  mute: [onOff, 'The microphone is mute', 'off', byEar],
  disable_speaker: [onOff, 'The speaker cannot be used', 'off'],
  headset_device: [oneOf('none', 'headset_rj'), 'Where a headset is attached', 'none', byUser],
  headset_available_detect: [onOff, 'Finds out whether a headset is attached'],
  audio_device_indicator: [onOff, 'Shows which device is in use', 'on'],
  ringer_headset_device: [oneOf('speaker', 'headset', 'headsetloud'), 'Where it rings with a headset', 'speaker'],
  handsfree_mode: [text, 'How hands-free talk avoids echo'],
  dual_audio_handsfree: [onOff, 'Speaker and handset at once', 'off'],
  speaker_dialer: [onOff, 'Dialling opens the speaker', 'on'],
  speaker_receive_call: [onOff, 'The speaker key answers a call'],
})

const tones = settings({
  tone_scheme: [kind('tone-scheme'), 'Country whose dial, busy and ring-back tones are played', 'USA'],
  key_tones: [onOff, 'Keys sound when pressed', 'off'],
  keytones: [onOff, 'Keys sound when pressed, in other firmware'],
  dtmf_speaker_phone: [onOff, 'DTMF is heard in the speaker'],
  release_sound: [onOff, 'Sounds when the other party hangs up'],
  holding_reminder: [onOff, 'Reminds of a call on hold', 'on'],
  cw_dialtone: [onOff, 'Dial tone while another call is on hold'],
  call_waiting: [oneOf('on', 'visual', 'ringer', 'off'), 'Announces a second call', 'on'],
  mwi_notification: [oneOf('silent', 'beep', 'reminder'), 'How new messages make themselves heard', 'silent'],
  mwi_dialtone: [oneOf('normal', 'stutter'), 'Dial tone while messages wait', 'stutter'],
  pickup_indication: [onOff, 'Sounds when a call can be picked up', 'on'],
  auto_connect_indication: [onOff, 'Sounds when a call is answered by itself', 'on'],
  alert_info_playback: [onOff, 'Rings as the Alert-Info header says', 'on'],
})

const ringing = settings({
  ring_sound: [ringer, 'Ringing tone where nothing else applies', 'Ringer1', byUser],
  friends_ring_sound: [ringer, 'Ringing tone for friends in the directory', 'Ringer1', byUser],
  family_ring_sound: [ringer, 'Ringing tone for family in the directory', 'Ringer1', byUser],
  colleagues_ring_sound: [ringer, 'Ringing tone for colleagues in the directory', 'Ringer1', byUser],
  vip_ring_sound: [ringer, 'Ringing tone for important people in the directory', 'Ringer1', byUser],
  work_ring_sound: [ringer, 'Ringing tone for numbers at work', undefined, byUser],
  alert_internal_ring_text: [text, 'Alert-Info text of internal calls', 'alert-internal'],
  alert_internal_ring_sound: [ringer, 'Ringing tone of internal calls'],
  alert_external_ring_text: [text, 'Alert-Info text of external calls', 'alert-external'],
  alert_external_ring_sound: [ringer, 'Ringing tone of external calls'],
  alert_group_ring_text: [text, 'Alert-Info text of group calls', 'alert-group'],
  alert_group_ring_sound: [ringer, 'Ringing tone of group calls'],
  custom_melody_url: [url, 'WAV file that rings when the tone is Custom'],
  ringing_time: [number(0, 86400, 'seconds'), 'How long it rings', '60'],
  ringer_animation: [onOff, 'Moves a picture while it rings', 'on'],
})

export const audioSettings = [...devices, ...tones, ...ringing]
