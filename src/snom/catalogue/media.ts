/** Codecs, RTP, SRTP and NAT: the media of each identity. No I/O. */

import { kind, number, oneOf, onOff, perIdentity, settings } from './facts.js'

const codec = kind('codec')
const seconds = number(0, undefined, 'seconds')

const media = settings(
  {
    codec1_name: [codec, 'First codec offered, by payload type', '0'],
    codec2_name: [codec, 'Second codec offered', '8'],
    codec3_name: [codec, 'Third codec offered', '9'],
    codec4_name: [codec, 'Fourth codec offered', '99'],
    codec5_name: [codec, 'Fifth codec offered', '3'],
    codec6_name: [codec, 'Sixth codec offered', '18'],
    codec7_name: [codec, 'Seventh codec offered', '4'],
    codec_priority_list: [kind('codec-list'), 'Codecs by name in the order offered'],
    codec_size: [oneOf('20', '30', '40', '60'), 'Milliseconds of speech in a packet', '20'],
    user_full_sdp_answer: [onOff, 'Answers an offer with all codecs in common', 'on'],
    user_dynamic_payload: [onOff, 'Uses dynamic payload types for G.726', 'on'],
    user_g726_packing_order: [onOff, 'on: bytes of G.726 in the order of RFC 3551; off: AAL2', 'on'],
    user_symmetrical_rtp: [onOff, 'Sends media to where media comes from', 'off'],
    user_srtp: [onOff, 'Encrypts media (SRTP)', 'on'],
    user_savp: [oneOf('off', 'optional', 'mandatory'), 'Offers RTP/SAVP beside or instead of RTP/AVP', 'off'],
    user_auth_tag: [oneOf('on', 'off'), 'SRTP authentication: on takes 80 bits, off 32', 'on'],
    user_dtmf_info: [oneOf('on', 'sip_info_only', 'off'), 'Sends DTMF as SIP INFO, beside RTP or alone', 'off'],
    user_media_setup_offer: [oneOf('active', 'passive', 'actpass'), 'Who opens media over TCP', 'active'],
    user_media_transport_offer: [oneOf('udp', 'tcp'), 'Transport of media', 'udp'],
    accept_event_talk_without_sdp: [onOff, 'Answers on “talk” although no media was offered'],
    user_ice: [onOff, 'Finds a path through NAT with ICE', 'off'],
    stun_server: [kind('sip-server'), 'STUN server, host and port'],
    stun_binding_interval: [seconds, 'Time between STUN bindings'],
    keepalive_interval: [seconds, 'Time between packets that keep a NAT binding'],
    tcp_keepidle: [seconds, 'Idle time before TCP is probed', '5'],
    tcp_keepcnt: [number(0), 'Probes before TCP counts as dead', '5'],
    tcp_keepintvl: [seconds, 'Time between probes of TCP', '5'],
    tcp_failover: [onOff, 'Goes to the next server when TCP is dead', 'off'],
  },
  perIdentity,
)

const all = settings({
  rtp_port_start: [number(1024, 65535), 'Lowest UDP port for media', '49152'],
  rtp_port_end: [number(1024, 65535), 'Highest UDP port for media', '65535'],
  rtp_keepalive: [onOff, 'Keeps the path open while no media flows'],
  support_rtcp: [onOff, 'Sends and reads RTCP reports', 'on'],
  silence_compression: [onOff, 'Sends nothing while nobody speaks', 'off'],
  dtmf_payload_type: [number(96, 127), 'RTP payload type of DTMF events', '101'],
  multicast_listen: [onOff, 'Plays what comes by multicast', 'off'],
  multicast_address: [kind('ipv4'), 'Multicast group to listen to'],
  multicast_port: [number(1, 65535), 'Port of that group'],
})

export const mediaSettings = [...media, ...all]
