import type { Application } from '../../../src/access/rights.ts';
import type { Classified } from '../route.ts';
import { column, numberOf } from '../standing-facts.ts';

/** What is kept of lists, searched for in them, or taken from them. */
export const LISTS: Record<string, Classified> = {
  'get /saved-views': { open: ['users', 'read'] },
  'get /saved-views/new': { open: ['users', 'read'] },
  'post /saved-views': {
    open: ['users', 'read'],
    change: {
      form: '/saved-views/new?view=%2Fusers%3Fstate%3Dlocked',
      fields: { name: 'Locked out' },
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.name),
      from: [],
      to: ['Locked out'],
      // How somebody looks at a list is nobody else's matter, until they share it.
      audit: [],
      leadsTo: /^\/users\?state=locked&column=name/,
      bad: { fields: { name: ' ' }, errors: ['name'] },
    },
  },
  'get /saved-views/:id/edit': { open: ['users', 'read'], savedView: 'own' },
  'patch /saved-views/:id': {
    open: ['users', 'read'],
    savedView: 'shared',
    change: {
      form: '/saved-views/:id/edit',
      fields: { name: 'Locked out' },
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.name),
      from: ['Locked'],
      to: ['Locked out'],
      audit: ['view.updated'],
      leadsTo: /^\/saved-views$/,
      bad: { fields: { name: 'x'.repeat(61) }, errors: ['name'] },
    },
  },
  'put /saved-views/:id/pin': {
    open: ['users', 'read'],
    savedView: 'own',
    change: {
      form: '/saved-views',
      state: async (app) => JSON.parse((await column('alice', 'pinned_views')(app)) ?? '[]').length,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/saved-views$/,
    },
  },
  'delete /saved-views/:id/pin': {
    open: ['users', 'read'],
    savedView: 'pinned',
    change: {
      form: '/saved-views',
      state: async (app) => JSON.parse((await column('alice', 'pinned_views')(app)) ?? '[]').length,
      from: 1,
      to: 0,
      audit: [],
      leadsTo: /^\/saved-views$/,
    },
  },
  'put /saved-views/:id/sharing': {
    open: ['users', 'write'],
    savedView: 'own',
    change: {
      form: '/saved-views',
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.is_shared),
      from: [0],
      to: [1],
      audit: ['view.shared'],
      leadsTo: /^\/saved-views$/,
    },
  },
  'delete /saved-views/:id/sharing': {
    open: ['users', 'read'],
    savedView: 'shared',
    change: {
      form: '/saved-views',
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.is_shared),
      from: [1],
      to: [0],
      audit: ['view.unshared'],
      leadsTo: /^\/saved-views$/,
    },
  },
  'get /saved-views/:id/deletion/new': { open: ['users', 'read'], savedView: 'own' },
  'post /saved-views/:id/deletion': {
    open: ['users', 'read'],
    savedView: 'shared',
    change: {
      form: '/saved-views/:id/deletion/new',
      state: numberOf('saved_views'),
      from: 1,
      to: 0,
      audit: ['view.deleted'],
      leadsTo: /^\/saved-views$/,
    },
  },
  'get /search': { open: 'signed-in' },
  'get /search/names': { open: 'signed-in' },
  'get /audit': { open: ['audit', 'read'] },
  ...exportOf('users', 'users'),
  ...exportOf('groups', 'groups'),
  ...exportOf('contacts', 'contacts'),
  ...exportOf('audit', 'audit'),
  ...exportOf('invitations', 'users'),
};

/** Who may read a list may have it as a file, and the audit tells of it. */
function exportOf(list: string, application: Application): Record<string, Classified> {
  return {
    [`get /${list}/export`]: { open: [application, 'read'] },
    [`post /${list}/export`]: {
      open: [application, 'read'],
      change: {
        form: `/${list}/export`,
        fields: { fileFormat: 'jsonl' },
        state: async (app) => (await app.db.read('audit_events').where('action', 'records.exported')).length,
        from: 0,
        to: 1,
        audit: ['records.exported'],
        answers: 200,
      },
    },
  };
}
