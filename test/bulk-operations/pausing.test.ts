import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimOperation, createDraft, findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant } from '../../src/clock.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';

let mailing: Mailing;

beforeEach(async () => {
  mailing = await startMailing();
});
afterEach(() => mailing.close());

/** One on Bob and Carol that Max began, and of which nothing is done yet. */
async function begun(action: string): Promise<number> {
  const { db, people, clock, config } = mailing.app;
  const act = programAct(actSettings(config), { id: people.max, name: 'max', at: instant(clock.now()) });
  const ids = [people.bob, people.carol];
  return db.write(async (trx) => {
    const id = await createDraft(trx, act, { subjectType: 'user', action, ids });
    await claimOperation(trx, await findOperation(trx, id), act);
    return id;
  });
}

async function told() {
  const { operations } = mailing.app.context;
  operations.wake();
  await operations.idle();
  await mailing.deliver();
  return mailing.server.mails.map(({ recipients, text }) => ({ to: recipients[0], text }));
}

describe('an operation that is paused by itself', () => {
  it('is told to all administrators once, with the reason and where it stands', async () => {
    await mailing.app.db.write((trx) => trx('users').where('name', 'max').update({ activity: 'deactivated' }));
    const id = await begun('deactivate');
    const mails = await told();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(['ada@example.com', 'alice@example.com']);
    for (const { text } of mails) {
      expect(text).toContain('“Deactivate”, begun by max, was paused');
      expect(text).toContain('whoever began it may not do it any more');
      expect(text).toContain(`/bulk-operations/${id}`);
    }
    expect(await told()).toHaveLength(2);
  });

  it('is told as well where its action is known no more', async () => {
    await begun('nonsense');
    expect((await told())[0].text).toContain('something went wrong, which the log tells');
  });
});
