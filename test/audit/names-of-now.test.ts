import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { textsSaying } from '../../src/audit/names-of-now.ts';
import type { Transaction } from '../../src/db/database.ts';
import { identityKey } from '../../src/text/identity-key.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';
import { addCrowd } from '../support/crowd.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const NAMES = ['bob', 'Bob', 'robert', 'Jörg', 'JÖRG', 'Ωμέγα', 'ΒΟΒ', 'ann.b', 'ｂｏｂ'];

/** Somebody is called otherwise, under a key that leads to the name or to none. */
const call = (trx: Transaction, id: number, name: string, key = identityKey(name)) =>
  trx('users').where({ id }).update({ name, name_key: key, name_twin: id });

const tell = (
  trx: Transaction,
  by: number,
  subject: { id: number | null; type: 'user' | 'group' | 'request' },
  name: string,
) =>
  recordChanges(trx, programAct(app.context.actSettings, { id: by, name: 'told' }), [
    {
      action: 'user.updated',
      subjectType: subject.type,
      subjectId: subject.id,
      subjectName: name,
      after: { tags: [name] },
    },
  ]);

const saying = async (spellings: string[]) =>
  (await textsSaying(app.db.read, spellings))().orderBy('digest').pluck('digest');
const plainly = async (spellings: string[]) =>
  app.db.read('audit_texts').whereIn('text', spellings).orderBy('digest').pluck('digest');
const ofNow = () => app.db.read('audit_texts').where('is_name_of_now', true).orderBy('digest');

describe('a name that an event said', () => {
  it('is found as if all texts were looked through, whoever was called how and when', async () => {
    await addCrowd(app, 12);
    const ids: number[] = await app.db.read('users').orderBy('id', 'desc').limit(8).pluck('id');
    const chance = new Chance(7);
    const next = (many: number) => chance.below(many);
    let most = 0;
    for (let n = 0; n < 120; n++) {
      const [id, other, name] = [ids[next(8)], ids[next(8)], NAMES[next(NAMES.length)]];
      await app.db.write(async (trx) => {
        const { name: own } = await trx('users').where({ id }).first('name');
        if (next(3) === 0) await call(trx, id, name, next(5) === 0 ? `of ${n}` : undefined);
        if (next(4) === 0) await tell(trx, id, { id: null, type: 'request' }, name);
        if (next(6) === 0) await trx('users').where({ id }).update({ activity: 'deleted', deleted_from: 'active' });
        if (next(6) === 0) await trx('users').where({ id }).update({ activity: 'active', deleted_from: null });
        if (next(8) === 0) await tell(trx, id, { id: other, type: 'group' }, name);
        await tell(trx, other, { id, type: 'user' }, next(3) === 0 ? name : own);
        if (next(3) === 0) await call(trx, id, name);
      });
      most = Math.max(most, (await ofNow()).length);
      const spellings = NAMES.filter(() => next(3) > 0);
      expect(await saying(spellings)).toEqual(await plainly(spellings));
    }
    expect(most).toBeGreaterThan(5);
    for (const name of NAMES) expect(await saying([name])).toEqual(await plainly([name]));
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
  });

  it('stands in the index over texts as soon as nobody is called so', async () => {
    const { bob } = app.people;
    const isOfNow = async () =>
      Boolean((await app.db.read('audit_texts').where({ subject_id: bob, text: 'bob' }).first()).is_name_of_now);
    await app.db.write((trx) => tell(trx, app.people.alice, { id: bob, type: 'user' }, 'bob'));
    expect(await isOfNow()).toBe(true);
    const alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'bob', '/edit'), { name: 'robert' });
    expect(await isOfNow()).toBe(false);
    const found = pageOf(await alice.get('/audit?subject=bob')).texts('.timeline .event > p:first-child');
    expect(found[0]).toMatch(/alice changed robert/);
  });

  it('is looked for along indexes', async () => {
    if (isOnPostgres) return;
    const { sql, bindings } = (await textsSaying(app.db.read, ['bob', 'Bob']))().toSQL();
    const plan: { detail: string }[] = await app.db.read.raw(`explain query plan ${sql}`, bindings as string[]);
    const details = plan.map(({ detail }) => detail).join('\n');
    expect(details).toMatch(/INDEX audit_texts_by_text \(text=\?\)/);
    expect(details).toMatch(/INDEX audit_texts_by_subject \(subject_type=\? AND subject_id=\? AND text=\?\)/);
    expect(details).not.toMatch(/SCAN audit_texts/);
  });
});
