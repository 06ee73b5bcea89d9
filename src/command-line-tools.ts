/** The commands that play a phone, a crowd of phones, or a stranger on the LAN. */

import type { Building } from './command-building.js'
import { type PhoneOptions, runPhone } from './commands/phone.js'
import { type ProbeOptions, runProbe } from './commands/probe.js'
import { runStormCommand, type StormOptions } from './commands/storm.js'

export function addPhone({ program, terminal: { write }, done }: Building): void {
  withNetwork(program.command('phone'))
    .description('boots one virtual phone against a running appliance; exit code 1 where a real phone would hang')
    .requiredOption('--model <type>', 'phone type: snom370')
    .requiredOption('--mac <mac>', 'hardware address, in any spelling')
    .option('--firmware <version>', 'firmware the phone has')
    .option('--save <folder>', 'keeps what was fetched there')
    .option('--stay <seconds>', 'then listens so long, and boots again on NOTIFY check-sync', Number)
    .option('--print', 'prints every document as it came, passwords too', false)
    .option('--json', 'everything as one JSON object', false)
    .action(async (options: PhoneOptions) => done(await runPhone(options, write)))
}

export function addStorm({ program, terminal: { write, progress }, done }: Building): void {
  withNetwork(program.command('storm'))
    .description('boots many virtual phones at once and prints rates and percentiles; exit code 1 when one fails')
    .requiredOption('--phones <number>', 'how many', Number)
    .option('--model <type>', 'phone type', 'snom370')
    .option('--mac <mac>', 'hardware address of the first; the others follow it', '000413F00000')
    .option('--firmware <version>', 'firmware the phones have')
    .option('--rate <number>', 'phones that begin in a second; default: as fast as --parallel lets them', Number)
    .option('--parallel <number>', 'phones that boot at the same time; default 200', Number)
    .option('--think <ms>', 'pause before each question and request: 50, or 50-200')
    .option('--seconds <number>', 'after which no phone begins; default 600', Number)
    .option('--json', 'everything as one JSON object', false)
    .action(async (options: StormOptions) => done(await runStormCommand(options, write, progress)))
}

export function addProbe({ program, terminal: { write }, done }: Building): void {
  program
    .command('probe')
    .description('asks the LAN who answers DHCP or Plug & Play there; takes no lease; exit code 1 when nobody does')
    .option('--interface <name>', 'the LAN')
    .option('--address <address>', 'own address there')
    .option('--server <address>', 'DHCP server; default: broadcast')
    .option('--port <number>', 'port of DHCP servers; the probe listens on the next', Number)
    .option('--group <address>', 'of Plug & Play')
    .option('--pnp-port <number>', 'of Plug & Play', Number)
    .option('--seconds <number>', 'to listen; default 8', Number)
    .option('--json', 'as one JSON object', false)
    .action(async (options: ProbeOptions) => done(await runProbe(options, write)))
}

function withNetwork(command: Building['program']): Building['program'] {
  return command
    .option('--via <way>', 'dhcp, pnp, or the settings URL (http://…, https://… or tftp://…)', 'dhcp')
    .option('--interface <name>', 'whose first address is the own one')
    .option('--address <address>', 'own address to ask and fetch from')
    .option('--server <address>', 'DHCP server; default: broadcast')
    .option('--port <number>', 'port of the DHCP server; the phone listens on the next', Number)
    .option('--group <address>', 'of Plug & Play; default 224.0.1.75')
    .option('--pnp-port <number>', 'of Plug & Play; default 5060', Number)
    .option('--sip-port <number>', 'own port for SIP', Number)
    .option('--ca <file>', 'verifies the certificate of https by it; default: takes any, as old phones do')
    .option('--certificate <file>', "the phone's own certificate")
    .option('--key <file>', 'its key')
}
