import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '../../seeds/cast.ts';
import { instant } from '../../src/clock.ts';
import { planOn } from '../../src/import/actions/import-planning.ts';
import { stageFile } from '../../src/import/actions/staging.ts';
import { beginPlanning } from '../../src/import/import-store.ts';
import { createListDraft } from '../../src/leading/actions/list-draft.ts';
import { typedRows } from '../../src/leading/leading-form.ts';
import { createPeopleDraft } from '../../src/pasted-people/actions/people-draft.ts';
import { typedPeople } from '../../src/pasted-people/people-form.ts';
import { rememberDevice } from '../../src/sessions/known-device-store.ts';
import { findUsers } from '../../src/users/user-store.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { findDeliveries, insertDeliveries, markDelivered } from '../../src/webhooks/delivery-store.ts';
import { disable, insertWebhook } from '../../src/webhooks/webhook-store.ts';
import type { TestApp } from '../support/app.ts';
import { asked, letAskFor } from '../support/asking.ts';
import { pageOf } from '../support/page.ts';
import { givePasskeyTo } from '../support/passkey.ts';
import { groupId } from '../support/people.ts';
import { beginReview } from '../support/reviews.ts';
import { type Session, signedIn } from '../support/session.ts';
import type { Classified, OperationKind, Relation, Route } from './route.ts';

/** What stands for `:id` in the address. */
export async function idOf(
  app: TestApp,
  session: Session,
  route: Route,
  relation: Relation,
  viewer: Person,
): Promise<number | string | undefined> {
  if (route.application) return applicationOf(app, route.application);
  if (route.operation === 'list') return listOf(app, viewer);
  if (route.operation === 'led list') return ledListOf(app);
  if (route.operation) return operationOf(app, session, route.operation);
  if (route.token)
    return tokenOf(
      app,
      relation === 'another' ? (route.subject ?? viewer) : relation === 'themself' ? viewer : 'ada',
      route,
    );
  if (route.webhook) return webhookOf(app, route.webhook);
  if (route.review) return beginReview(app);
  if (route.clash)
    return clashOf(app, relation === 'another' ? route.subject! : relation === 'themself' ? viewer : 'ada');
  if (route.session === 'another') return otherSessionOf(app, session, viewer);
  if (route.device) return rememberedOf(app, app.people[viewer]);
  if (route.passkey) return passkeyOf(app, app.people[viewer]);
  if (route.imports) return importOf(app, viewer, route.imports);
  if (route.accessRequest) return requestOf(app, route.accessRequest === 'own' ? viewer : 'erin');
  if (route.savedView) return savedViewOf(app, app.people[viewer], route.savedView);
  if (route.group) return Number(await groupId(app, route.group));
  if (route.contact) {
    const { id } = await app.db.read('contacts').where('name', route.contact).first('id');
    await route.prepare?.(app, id);
    return id;
  }
  // What the viewer has.
  if (!route.subject) return void (await route.prepare?.(app, app.people[viewer]));
  await route.prepare?.(app, app.people[route.subject]);
  if (route.session && relation === 'another') return sessionOf(app, route.subject);
  if (relation === 'themself') return app.people[viewer];
  return relation === 'another' ? app.people[route.subject] : app.people.ada;
}

async function rememberedOf(app: TestApp, userId: number): Promise<number> {
  const [user] = await findUsers(app.db.read, [userId]);
  const from = { device: 'a-device', agent: '', address: '127.0.0.1' };
  await app.db.write((trx) => rememberDevice(trx, user, from, instant(app.clock.now())));
  return (await app.db.read('known_devices').orderBy('id', 'desc').first('id')).id;
}

async function passkeyOf(app: TestApp, userId: number): Promise<number> {
  await givePasskeyTo(app, userId);
  return (await app.db.read('passkeys').orderBy('id', 'desc').first('id')).id;
}

/** One more that can be used, as the address names it. */
async function tokenOf(app: TestApp, person: Person, { subject }: Route): Promise<string> {
  const user_id = app.people[person];
  const [{ id }] = await app.db.write((trx) =>
    trx('tokens')
      .insert({
        user_id,
        name: 'nightly',
        beginning: 'roster_abc123',
        hash: randomUUID(),
        scopes: '["users:read"]',
        created_at: instant(app.clock.now()),
        expires_at: instant(app.clock.now() + 90 * 86_400_000),
      })
      .returning('id'),
  );
  return subject ? `${user_id}#${id}` : String(id);
}

/** As the address names it, with what was sent there. */
async function webhookOf(app: TestApp, kind: NonNullable<Classified['webhook']>): Promise<string> {
  const at = instant(app.clock.now());
  return app.db.write(async (trx) => {
    const values = { name: 'Chat', address: 'https://hooks.example.com/', kinds: [], userId: null };
    const id = await insertWebhook(trx, values, { nonce: 'x', position: 0, createdAt: at, createdBy: null });
    if (kind === 'disabled') await disable(trx, id, 'it was quiet');
    if (kind !== 'tested') return String(id);
    await insertDeliveries(trx, id, [{ id: null, kind: 'webhook.test' }], at);
    const [delivery] = await findDeliveries(trx, id, undefined, 1);
    await markDelivered(trx, delivery.id, at, { status: 204, answer: '' });
    return `${id}#${delivery.id}`;
  });
}

/** A program calls Dave one of its own. */
async function clashOf(app: TestApp, provisioner: Person): Promise<string> {
  const provisioner_id = app.people[provisioner];
  const [{ id }] = await app.db.write(async (trx) => {
    await trx('provisioning_clashes').where({ provisioner_id }).delete();
    return trx('provisioning_clashes')
      .insert({
        provisioner_id,
        kind: 'user',
        subject_id: app.people.dave,
        name: 'dave',
        reason: 'name',
        first_at: instant(app.clock.now()),
        last_at: instant(app.clock.now()),
      })
      .returning('id');
  });
  return `${provisioner_id}#${id}`;
}

/** By which the page of the viewer names it. */
async function otherSessionOf(app: TestApp, session: Session, viewer: Person): Promise<string> {
  await signedIn(app, viewer);
  const form = pageOf(await session.get('/credentials')).$('form[action^="/credentials/sessions/"]');
  return form.attr('action')!.split('/').at(-1)!;
}

/** A session of somebody, by which the record of theirs names it. */
async function sessionOf(app: TestApp, person: Person): Promise<string> {
  await signedIn(app, person);
  const id = app.people[person];
  const record = pageOf(await (await signedIn(app, 'alice')).get(`/users/${id}`));
  return `${id}#${record.$('form[action*="/sessions/"]').attr('action')!.split('/').at(-1)}`;
}

/** A file of one who is new, and of Bob with another email. */
async function importOf(app: TestApp, viewer: Person, wanted: NonNullable<Classified['imports']>): Promise<number> {
  const id = app.people[viewer];
  const kind = wanted.endsWith('contacts') ? 'contacts' : 'users';
  const state = wanted.startsWith('planned') ? 'planned' : 'read';
  const own = await app.db.read('imports').where({ created_by: id, state, kind }).first('id');
  if (own) return own.id;
  const path = join(app.folder, 'people.csv');
  writeFileSync(path, 'Name,Email\nnora,nora@example.com\nbob,robert@example.com\n');
  const at = instant(app.clock.now());
  const act = programAct(actSettings(app.config), {
    id,
    name: viewer,
    rights: { users: 'write', contacts: 'write' },
    at,
  });
  const staged = await stageFile(app.db, act, { path, name: 'people.csv', kind }, 1_000);
  if (state === 'read') return staged;
  const all = { name: 'Erin', path: '/users?q=erin' };
  await app.db.write((trx) =>
    beginPlanning(trx, staged, {
      meanings: ['name', kind === 'users' ? 'email' : 'emails'],
      by: 'name',
      mark: '',
      all,
    }),
  );
  await planOn(app.db, act, staged, Number.POSITIVE_INFINITY);
  return staged;
}

async function applicationOf(app: TestApp, key: string): Promise<string> {
  const row = { key, name: 'Time sheets', created_at: '2026-01-01T00:00:00.000Z' };
  if (key === 'time-sheets') await app.db.write((trx) => trx('applications').insert(row).onConflict('key').ignore());
  return key;
}

async function savedViewOf(app: TestApp, userId: number, kind: 'own' | 'shared' | 'pinned'): Promise<number> {
  const row = { name: 'Locked', name_key: 'locked', address: '/users?state=locked', is_shared: kind === 'shared' };
  return app.db.write(async (trx) => {
    const known = await trx('saved_views').where('owner_id', userId).first('id');
    if (known) return known.id;
    const [{ id }] = await trx('saved_views')
      .insert({ ...row, owner_id: userId })
      .returning('id');
    if (kind === 'pinned')
      await trx('users')
        .where('id', userId)
        .update({ pinned_views: `[${id}]` });
    return id;
  });
}

/** Erin for Support, anybody else for Auditors. */
async function requestOf(app: TestApp, by: Person): Promise<number> {
  const user_id = app.people[by];
  const own = await app.db.read('access_requests').where({ user_id, answer: '' }).first('id');
  if (own) return own.id;
  const group_id = await letAskFor(app, by === 'erin' ? 'Support' : 'Auditors');
  return Number((await asked(app, by, { group_id: Number(group_id) })).split('/').at(-1));
}

/** A list of one whom it would invite, which is seen by nobody but who pasted it. */
async function listOf(app: TestApp, viewer: Person): Promise<number> {
  const created_by = app.people[viewer];
  const own = await app.db.read('bulk_operations').where({ action: 'invite-people', created_by }).first('id');
  if (own) return own.id;
  const nora = { line: '1', name: 'Nora', email: 'nora@example.com', groups: '', tags: '', startsAt: '', leavesAt: '' };
  const act = programAct(actSettings(app.config), { id: created_by, name: viewer, at: '2026-11-22T12:00:00.000Z' });
  const list = { typed: typedPeople({}).typed, rows: [{ ...nora, isKept: true, contact: '' }] };
  return app.db.write((trx) => createPeopleDraft(trx, act, list));
}

/** A list that Lena pasted for her group, which is seen by nobody else. */
async function ledListOf(app: TestApp): Promise<string> {
  const group = Number(await groupId(app, 'Support'));
  const by = { id: app.people.lena, name: 'lena', at: '2026-11-22T12:00:00.000Z' };
  const act = programAct(actSettings(app.config), by);
  const list = { typed: typedRows({}).typed, rows: [{ name: 'nina', email: 'nina@example.com', isKept: true }] };
  return `${group}#${await app.db.write((trx) => createListDraft(trx, act, group, list))}`;
}

/** A bulk operation on Bob: a draft is seen by nobody but who made it, all others by all who read users. */
async function operationOf(app: TestApp, session: Session, kind: OperationKind): Promise<number> {
  if (kind === 'led') return ledOperation(app);
  const action =
    { draft: 'deactivate', scheduled: 'deactivate', asking: 'add-tag' }[kind as string] ?? 'confirm-access';
  const fields = { action, ids: String(app.people.bob) };
  const own = kind === 'draft' || kind === 'asking' ? await session.post('/bulk-operations', fields) : undefined;
  const by = own?.status === 303 ? session : await signedIn(app, 'alice');
  const { location } = own?.status === 303 ? own.headers : (await by.post('/bulk-operations', fields)).headers;
  if (kind === 'executed') await by.post(`${location}/execution`);
  if (kind === 'scheduled') await by.post(`${location}/schedule`, { dueAt: '2027-01-15' });
  const id = Number(location.split('/').at(-1));
  if (kind === 'running' || kind === 'paused') {
    await app.context.operations.stop();
    await app.db.write(async (trx) => {
      // It is in nobody's way.
      await trx('bulk_operation_pieces').where('operation_id', id).delete();
      await trx('bulk_operations')
        .where({ id })
        .update({
          executed_at: instant(app.clock.now()),
          ...(kind === 'paused' && { paused_at: instant(app.clock.now()), paused_for: 'somebody paused it' }),
        });
    });
  }
  return id;
}

/** Lena took Bob out of the group that she leads, or led. */
async function ledOperation(app: TestApp): Promise<number> {
  const lena = await signedIn(app, 'lena');
  const group = Number(await groupId(app, 'Support'));
  await lena.post(`/led-groups/${group}/members`, { ids: String(app.people.bob), _method: 'delete' });
  const done = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
  if (done) return done.id;
  const at = instant(app.clock.now());
  const [made] = await app.db.write((trx) =>
    trx('bulk_operations')
      .insert({
        ...{ subject_type: 'user', action: 'remove-from-group', choices: JSON.stringify({ group }), size: 1 },
        ...{ created_by: app.people.lena, created_at: at, executed_at: at, finished_at: at, address: '' },
      })
      .returning('id'),
  );
  return made.id;
}
