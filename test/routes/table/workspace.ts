import { startApp } from '../../support/app.ts';
import type { Classified } from '../route.ts';
import { column, startMailingApp } from '../standing-facts.ts';

/** What belongs to no record. */
export const WORKSPACE: Record<string, Classified> = {
  'get /health': { open: 'everybody' },
  // Who has no token is told that there is nothing.
  'get /metrics': { open: 'everybody', shows: 404 },
  'get /installation': { open: ['settings', 'read'] },
  'post /installation/test-mails': {
    open: ['settings', 'write'],
    change: {
      form: '/installation',
      start: () => startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' }),
      state: async (app) => (await app.db.read('outbox').where('kind', 'test-mail')).length,
      from: 0,
      to: 1,
      audit: ['system.test-mail-sent'],
      leadsTo: /^\/installation$/,
    },
  },
  'use /assets': { open: 'everybody' },
  'get /assets/:version/js/htmx.js': { open: 'everybody' },
  'get /assets/:version/js/combobox.js': { open: 'everybody' },
  'get /assets/:version/js/webauthn.js': { open: 'everybody' },
  'get /assets/:version/js/:module': { open: 'everybody' },
  'get /assets/:version/icons.svg': { open: 'everybody' },
  'get /assets/:version/roster.css': { open: 'everybody' },
  'use /assets/:version': { open: 'everybody' },
  // It only reads a larger body; the routes below it are closed.
  'get /preferences': { open: 'everybody' },
  'post /preferences': { open: 'everybody' },
  'patch /preferences/times': {
    open: 'signed-in',
    change: {
      form: '/preferences',
      fields: { zone: 'Europe/Berlin' },
      state: (app) => column('alice', 'time_zone')(app),
      from: null,
      to: 'Europe/Berlin',
      // How somebody reads moments is nobody else's matter.
      audit: [],
      leadsTo: /^\/preferences$/,
    },
  },
  'patch /preferences/mails': {
    open: 'signed-in',
    change: {
      form: '/preferences',
      start: startMailingApp,
      fields: { ownLeaving: 'yes' },
      state: async (app) => Boolean(await column('alice', 'is_told_of_leaving')(app)),
      from: false,
      to: true,
      audit: [],
      leadsTo: /^\/preferences$/,
    },
  },
  'patch /preferences/weekly-mail': {
    open: ['users', 'write'],
    change: {
      form: '/preferences',
      fields: { weekly: 'on' },
      state: async (app) => app.db.read('weekly_mails').pluck('sent_for'),
      from: [],
      to: ['2026-11-16'],
      // What somebody is mailed is nobody else's matter.
      audit: [],
      leadsTo: /^\/preferences$/,
    },
  },
  'get /': { open: 'signed-in', shows: 303 },
  'get /me': { open: 'signed-in' },
  'get /overview': { open: ['users', 'read'] },
  'get /menu': { open: 'signed-in' },
  'get /shortcuts': { open: 'signed-in' },
  'get /interface': { open: 'signed-in' },
};
