import { startApp } from '../../support/app.ts';
import { createdBy, groupId } from '../../support/people.ts';
import { Session, signedIn } from '../../support/session.ts';
import type { Classified } from '../route.ts';
import { column, groupColumn, membersOfSupport, numberOf, untilOfBob } from '../standing-facts.ts';

/** What leaders do in the groups that they lead. */
export const LEADING: Record<string, Classified> = {
  'get /led-groups': { open: 'leader' },
  'get /led-groups/:id': { open: 'leader', group: 'Support' },
  'get /led-groups/:id/members/new': { open: 'leader', group: 'Support' },
  'get /led-groups/:id/invitations/new': { open: 'leader', group: 'Support' },
  'post /led-groups/:id/invitations': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/invitations/new',
      browser: (app) => signedIn(app, 'lena'),
      fields: { name: 'nina', email: 'nina@example.com' },
      state: numberOf('users'),
      from: 10,
      to: 11,
      audit: ['user.created', 'invitation.issued'],
      leadsTo: /^\/led-groups\/:id$/,
      bad: { fields: { name: 'a@b', email: 'nobody' }, errors: ['name', 'email'] },
    },
  },
  'get /led-groups/:id/invitations/list': { open: 'leader', group: 'Support' },
  'post /led-groups/:id/invitations/list': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/invitations/list',
      browser: (app) => signedIn(app, 'lena'),
      fields: { text: 'nina@example.com' },
      state: numberOf('bulk_operations'),
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/led-groups\/:id\/invitations\/list\/\d+$/,
      bad: { fields: { text: 'nobody' }, errors: ['text'] },
    },
  },
  'get /led-groups/:id/invitations/list/:list': { open: 'leader', operation: 'led list' },
  'post /led-groups/:id/invitations/list/:list': {
    open: 'leader',
    operation: 'led list',
    change: {
      form: '/led-groups/:id/invitations/list/:list',
      browser: (app) => signedIn(app, 'lena'),
      fields: { step: 'invite' },
      nonsense: { fields: { name: ['nina', 'nora'] }, status: 400 },
      state: numberOf('users'),
      from: 10,
      to: 11,
      audit: ['user.created', 'invitation.issued'],
      leadsTo: /^\/led-groups\/\d+$/,
    },
  },
  'post /led-groups/:id/members': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/new',
      browser: (app) => signedIn(app, 'lena'),
      fields: { emails: 'erin@example.com' },
      state: membersOfSupport,
      from: 4,
      to: 5,
      audit: ['membership.granted'],
      leadsTo: /^\/led-groups\/:id$/,
      bad: { fields: { emails: ' ', untilAt: 'soon' }, errors: ['emails', 'untilAt'] },
    },
  },
  'get /led-groups/:id/members/edit': { open: 'leader', group: 'Support', shows: 303 },
  'patch /led-groups/:id/members': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob), untilAt: '2030-01-31' }),
      state: untilOfBob,
      from: null,
      to: '2030-01-31',
      audit: ['membership.until-set'],
      leadsTo: /^\/led-groups\/:id$/,
      bad: { fields: { untilAt: 'soon' }, errors: ['untilAt'] },
    },
  },
  'delete /led-groups/:id/members': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: membersOfSupport,
      from: 4,
      to: 3,
      audit: ['membership.ended'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'post /led-groups/:id/members/invitations': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=7',
      // The link of whom somebody else has created is not theirs to make.
      start: async () => {
        const app = await startApp();
        await createdBy(app, 'carol', 'lena');
        return app;
      },
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.carol) }),
      state: numberOf('links', 'carol'),
      from: 1,
      to: 2,
      audit: ['invitation.issued'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'delete /led-groups/:id/members/login-attempts': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      start: async () => {
        const app = await startApp();
        await new Session(app).signIn('bob', 'not the password');
        return app;
      },
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: async (app) => (await app.db.read('lockouts').where('user_id', app.people.bob).first())?.attempts ?? 0,
      from: 1,
      to: 0,
      audit: ['user.login-attempts-reset'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'post /led-groups/:id/members/access-confirmation': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: async (app) => (await column('bob', 'access_confirmed_at')(app)) !== null,
      from: false,
      to: true,
      audit: ['user.access-confirmed'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'get /led-groups/:id/lead': { open: 'leader', group: 'Support' },
  'post /led-groups/:id/deputy': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/lead',
      browser: (app) => signedIn(app, 'lena'),
      fields: { deputy: 'bob', untilAt: '2027-01-31' },
      state: async (app) => (await app.db.read('deputies').first('user_id'))?.user_id !== undefined,
      from: false,
      to: true,
      audit: ['group.deputy-named'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'delete /led-groups/:id/deputy': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/lead',
      start: async () => {
        const app = await startApp();
        const [group_id, leader_id] = [Number(await groupId(app, 'Support')), app.people.lena];
        await app.db.write((trx) => trx('deputies').insert({ group_id, leader_id, user_id: app.people.bob }));
        return app;
      },
      browser: (app) => signedIn(app, 'lena'),
      fields: {},
      state: numberOf('deputies'),
      from: 1,
      to: 0,
      audit: ['group.deputy-ended'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'post /led-groups/:id/hand-over': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/lead',
      browser: (app) => signedIn(app, 'lena'),
      fields: { leader: 'bob' },
      state: groupColumn('leader_name'),
      from: 'lena',
      to: 'bob',
      audit: ['group.updated'],
      leadsTo: /^\/me$/,
      bad: { fields: { leader: 'nobody' }, errors: ['leader'] },
    },
  },
  'get /led-operations/:id': { open: 'leader', operation: 'led' },
  'get /led-operations/:id/undo': { open: 'leader', operation: 'led' },
  'post /led-operations/:id/undo': {
    open: 'leader',
    operation: 'led',
    change: {
      form: '/led-operations/:id/undo',
      browser: (app) => signedIn(app, 'lena'),
      state: membersOfSupport,
      from: 3,
      to: 4,
      audit: ['membership.granted'],
      leadsTo: /^\/led-operations\/\d+$/,
    },
  },
};
