/** The routes of the API that only look: phones, leases, inventory, registry, shelves, health. */

import type { Desk } from '../api/desk.js'
import {
  DocumentView,
  FindingView,
  HealthView,
  InventoryView,
  LeasesView,
  PhoneLine,
  PhoneView,
  RedirectionView,
  SettingsView,
  ShelvesView,
  StatisticsView,
} from '../api/shapes.js'
import { about, aboutPhone, known, listOf, type MacParams, macOf } from './status-schema.js'
import type { FastifyInstance } from './web-server.js'

export function addViews(app: FastifyInstance, desk: Desk): void {
  addPhones(app, desk)
  addSite(app, desk)
}

function addPhones(app: FastifyInstance, desk: Desk): void {
  app.get('/phones', { schema: about('phones', 'All phones, a line each', listOf(PhoneLine)) }, async () =>
    desk.phones(),
  )
  app.get('/inbox', { schema: about('phones', 'Phones that nobody listed', listOf(PhoneLine)) }, async () =>
    desk.phones().filter(line => !line.isListed),
  )
  app.get<{ Params: MacParams }>(
    '/phones/:mac',
    { schema: aboutPhone('phones', 'One phone with its boots', PhoneView) },
    async ({ params }) => known(desk.phone(macOf(params)), params.mac),
  )
  app.get<{ Params: MacParams }>(
    '/phones/:mac/settings',
    { schema: aboutPhone('phones', 'What it gets, and where each value comes from', SettingsView) },
    async ({ params }) => known(desk.settings(macOf(params)), params.mac),
  )
  app.get<{ Params: MacParams }>(
    '/phones/:mac/documents',
    { schema: aboutPhone('phones', 'Its documents as it would get them now', listOf(DocumentView)) },
    async ({ params }) => known(await desk.documents(macOf(params)), params.mac),
  )
  app.get<{ Params: MacParams }>(
    '/phones/:mac/findings',
    { schema: aboutPhone('phones', 'What the checker finds in its documents', listOf(FindingView)) },
    async ({ params }) => known(await desk.findingsOf(macOf(params)), params.mac),
  )
}

function addSite(app: FastifyInstance, desk: Desk): void {
  app.get('/leases', { schema: about('leases', 'Leases and pools', LeasesView) }, async () => desk.leases())
  app.get('/inventory', { schema: about('site', 'The inventory, secrets hidden', InventoryView) }, async () =>
    desk.inventory(),
  )
  app.get('/findings', { schema: about('site', 'Findings in configuration and inventory', listOf(FindingView)) }, () =>
    desk.findings(),
  )
  app.get('/redirections', { schema: about('redirections', 'The registry', listOf(RedirectionView)) }, async () =>
    desk.redirections(),
  )
  app.get('/shelves', { schema: about('site', 'Firmware and languages', ShelvesView) }, async () => desk.shelves())
  app.get('/health', { schema: about('site', 'Doors, rivals, disk, counters', HealthView) }, async () => desk.health())
  app.get('/statistics', { schema: about('site', 'Leases, requests and boots over time', StatisticsView) }, async () =>
    desk.statistics(),
  )
}
