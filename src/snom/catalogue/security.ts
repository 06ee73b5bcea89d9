/** Who may change or reach the phone: administrator, web pages, certificates, remote management. No I/O. */

import { type More, number, oneOf, onOff, secret, settings, text, url } from './facts.js'

const port = number(1, 65535)
const writable: More = {
  advice: { verdict: 'avoid', flag: '&', why: 'the administrator could no longer log in at the phone' },
}

const access = settings({
  admin_mode: [onOff, 'The phone is in administrator mode', 'on', writable],
  admin_mode_password: [text, 'Administrator’s password at the phone', '0000', secret],
  admin_mode_password_confirm: [text, 'The same once more', '0000', { ...secret, class: 'unprotected' }],
  admin_mode_login: [text, 'Administrator’s name'],
  deny_all_feature: [onOff, 'Offers to refuse a caller for ever', 'on'],
  logon_wizard: [text, 'Asks for an account after the first boot: on, off, or words such as skip welcome', 'off'],
  auto_logoff_time: [number(0, undefined, 'minutes'), 'Idle time after which the user is logged off'],
  ignore_security_warning: [onOff, 'Shows no warning while passwords are unset', 'off'],
  restrict_uri_queries: [onOff, 'Wants a login for requests to its web pages from elsewhere'],
  custom_ca_cert_url: [url, 'Certificates of authorities the phone shall trust'],
  mb_trusted_hosts: [text, 'Hosts from which XML applications may come'],
})

const web = settings({
  webserver_type: [oneOf('http', 'https', 'http_https', 'off'), 'How its web pages are reached', 'http_https'],
  webserver_cert: [url, 'Certificate of its web pages'],
  webserver_admin_name: [text, 'Administrator’s name on its web pages'],
  webserver_admin_password: [text, 'Administrator’s password on its web pages', undefined, secret],
  http_port: [port, 'Port of its web pages', '80'],
  https_port: [port, 'Port of its web pages over TLS', '443'],
  http_user: [text, 'User name for its web pages'],
  http_pass: [text, 'Password for its web pages', undefined, secret],
  http_basic_user: [text, 'User name for its web pages with few rights, on DECT bases'],
  http_basic_pass: [text, 'Password for its web pages with few rights, on DECT bases', undefined, secret],
  http_engineer_user: [text, 'User name for its service pages, on DECT bases'],
  http_engineer_pass: [text, 'Password for its service pages, on DECT bases', undefined, secret],
  http_scheme: [onOff, 'Login to its web pages: on is Digest, off is Basic', 'off'],
  http_proxy: [text, 'Proxy for its own HTTP requests'],
  http_client_user: [text, 'User name for its own HTTP requests, such as for settings'],
  http_client_pass: [text, 'Password for its own HTTP requests, such as for settings', undefined, secret],
  web_logout_timer: [number(0, undefined, 'minutes'), 'Idle time after which its web pages log off'],
  with_flash: [onOff, 'Its web pages use Flash', 'on'],
  telnet_enabled: [oneOf('on', 'off', 'true', 'false'), 'Opens a console over the network', 'off'],
})

const remote = settings(
  {
    tr369_enable: [oneOf('on', 'off', 'true', 'false'), 'Remote management by TR-369'],
    tr369_mqtt_hostport: [text, 'TR-369: host and port of the broker'],
    tr369_mqtt_transport: [text, 'TR-369: transport to the broker'],
    tr369_mqtt_clientid: [text, 'TR-369: client id at the broker'],
    tr369_mqtt_topic: [text, 'TR-369: topic of the phone'],
    tr369_controller_endpointid: [text, 'TR-369: id of the controller'],
    tr369_controller_subscriptionid: [text, 'TR-369: subscription made for the controller'],
    tr369_controller_e2esize: [number(0, undefined, 'bytes'), 'TR-369: longest message to the controller'],
    tr369_mtp_protocol: [text, 'TR-369: protocol to the controller'],
  },
  { index: { first: 1, last: 12, required: true } },
)
const tr69 = settings({ tr69_params: [text, 'Parameters reported by TR-069, each after a semicolon'] })

export const securitySettings = [...access, ...web, ...remote, ...tr69]
