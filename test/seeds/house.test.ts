import { expect, it } from '@jest/globals';
import { generateHouse } from '../../seeds/house.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { findUnderWay } from '../../src/bulk-operations/bulk-operation-store.ts';
import { startEmptyApp } from '../support/app.ts';
import { isOnPostgres } from '../support/postgres.ts';

it('makes a house of the wanted size, the audit of which is whole', async () => {
  await using app = await startEmptyApp();
  const { actSettings: settings, config } = app.context;
  const { loginAttempts, invitationHours, secrets } = config;
  const size = { users: 120, groups: 60, contacts: 400, invitations: 500, events: 12_000 };
  const told = new Map<string, number>();
  await generateHouse(app.db, {
    ...size,
    settings,
    loginAttempts,
    invitationHours,
    now: app.clock.now(),
    passwordHash: 'nobody knows it',
    onProgress: (what, done) => told.set(what, done),
  });
  const count = async (table: string) => Number((await app.db.read(table).count('* as n').first())?.n);
  expect(await count('users')).toBe(size.users);
  expect(await count('groups')).toBe(size.groups);
  expect(await count('links')).toBe(size.invitations);
  expect(await count('contacts')).toBeGreaterThanOrEqual(size.contacts);
  expect(await verifyChain(app.db.read, secrets.audit)).toEqual({ intact: true, events: size.events });
  expect(await app.db.read('audit_operations').sum('number as n').first()).toEqual(
    await app.db.read('audit_events').whereNotNull('operation_id').count('* as n').first(),
  );
  expect(await count('bulk_operations')).toBeGreaterThan(0);
  // Whatever is under way is looked for every few seconds, and gone on with.
  expect(await findUnderWay(app.db.read)).toEqual([]);
  // A server keeps its references itself.
  if (!isOnPostgres) expect(await app.db.read.raw('pragma foreign_key_check')).toEqual([]);
  expect(Object.fromEntries(told)).toEqual({ users: 120, contacts: 400, invitations: 500, events: 12_000 });
});
