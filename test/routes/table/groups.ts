import { instant } from '../../../src/clock.ts';
import { startApp } from '../../support/app.ts';
import { letAskFor } from '../../support/asking.ts';
import { levels } from '../../support/levels.ts';
import { groupId } from '../../support/people.ts';
import type { Classified } from '../route.ts';
import { groupColumn, membersOfSupport, numberOf, untilOfBob } from '../standing-facts.ts';

/** Groups with their members and permissions, and who asks for them. */
export const GROUPS: Record<string, Classified> = {
  'get /access-requests': { open: 'decider' },
  'get /access-requests/new': { open: 'signed-in' },
  'post /access-requests': {
    open: 'signed-in',
    change: {
      form: '/access-requests/new',
      start: async () => {
        const app = await startApp();
        const row = { name: 'Wiki', name_key: 'wiki', created_at: instant(app.clock.now()) };
        await app.db.write((trx) => trx('groups').insert(row));
        await letAskFor(app, 'Wiki');
        return app;
      },
      fields: async (app) => ({
        asked: `group ${await groupId(app, 'Wiki')}`,
        reason: 'for the month',
        untilAt: '2027-01-31',
      }),
      state: numberOf('access_requests'),
      from: 0,
      to: 1,
      audit: ['access.asked'],
      leadsTo: /^\/access-requests\/\d+$/,
      bad: { fields: { reason: ' ', untilAt: 'soon' }, errors: ['reason', 'untilAt'] },
    },
  },
  'get /access-requests/:id': { open: 'signed-in', accessRequest: 'own' },
  'delete /access-requests/:id': {
    open: 'signed-in',
    accessRequest: 'own',
    change: {
      form: '/access-requests/:id',
      fields: {},
      state: async (app) => (await app.db.read('access_requests').first('answer'))?.answer,
      from: '',
      to: 'withdrawn',
      audit: ['access.withdrawn'],
      leadsTo: /^\/access-requests\/:id$/,
    },
  },
  'post /access-requests/:id/decision': {
    open: 'decider',
    accessRequest: 'of another',
    change: {
      form: '/access-requests/:id',
      fields: { answer: 'give', untilAt: '2027-01-31' },
      nonsense: { fields: { answer: 'perhaps', words: '' }, status: 422 },
      state: membersOfSupport,
      from: 4,
      to: 5,
      audit: ['membership.granted', 'access.given'],
      leadsTo: /^\/access-requests\/:id$/,
    },
  },
  'get /groups': { open: ['groups', 'read'], isLedInstead: true },
  'get /groups/tags': { open: ['groups', 'read'] },
  'get /groups/new': { open: ['groups', 'write'] },
  'post /groups': {
    open: ['groups', 'write'],
    change: {
      form: '/groups/new',
      fields: { name: 'Sales', leader: 'bob', tags: 'North' },
      state: numberOf('groups'),
      from: 4,
      to: 5,
      audit: ['group.created'],
      leadsTo: /^\/groups\/\d+$/,
      bad: {
        fields: { name: ' ', leader: 'x'.repeat(255), description: 'x'.repeat(5001), tags: 'x'.repeat(41) },
        errors: ['name', 'leader', 'description', 'tags'],
      },
    },
  },
  'get /groups/:id': { open: ['groups', 'read'], group: 'Support', isLedInstead: true },
  'get /groups/:id/timeline': { open: ['groups', 'read'], group: 'Support' },
  'get /groups/:id/edit': { open: ['groups', 'write'], group: 'Support' },
  'patch /groups/:id': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/edit',
      fields: { leader: 'bob' },
      state: groupColumn('leader_name'),
      from: 'lena',
      to: 'bob',
      audit: ['group.updated'],
      leadsTo: /^\/groups\/:id$/,
      bad: { fields: { name: '', description: 'kept', tags: 'x'.repeat(41) }, errors: ['name', 'tags'] },
    },
  },
  'get /groups/:id/members/new': { open: ['groups', 'write'], group: 'Support' },
  'post /groups/:id/members': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/members/new',
      fields: { list: 'erin, robin@example.com', untilAt: '2026-11-23', confirmed: 'yes' },
      state: async (app) => (await app.db.read('memberships').where('until_on', '2026-11-23')).length,
      from: 0,
      to: 2,
      audit: ['membership.granted', 'membership.granted'],
      leadsTo: /^\/groups\/:id$/,
      bad: { fields: { list: 'erin, nobody', untilAt: '2026-02-30' }, errors: ['untilAt'] },
    },
  },
  // Nobody is ticked.
  'get /groups/:id/members/edit': { open: ['groups', 'write'], group: 'Support', shows: 303 },
  'patch /groups/:id/members': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/members/edit?ids=6',
      fields: (app) => ({ ids: String(app.people.bob), untilAt: '2026-11-23' }),
      state: untilOfBob,
      from: null,
      to: '2026-11-23',
      audit: ['membership.until-set'],
      leadsTo: /^\/groups\/:id$/,
      bad: { fields: { untilAt: '2026-02-30' }, errors: ['untilAt'] },
    },
  },
  'delete /groups/:id/members': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/members/edit?ids=6',
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: untilOfBob,
      from: null,
      to: undefined,
      audit: ['membership.ended'],
      leadsTo: /^\/groups\/:id$/,
    },
  },
  'get /groups/:id/permissions/edit': { open: ['groups', 'write'], group: 'Support' },
  'patch /groups/:id/permissions': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/permissions/edit',
      fields: { ...levels({ contacts: 'write' }), confirmed: 'yes' },
      state: async (app) => (await app.db.read('group_permissions').where('level', 'write')).length,
      from: 6,
      to: 7,
      audit: ['group.permissions-changed'],
      leadsTo: /^\/groups\/:id$/,
      nonsense: { fields: levels({ contacts: 'everything' }), status: 400 },
    },
  },
};
