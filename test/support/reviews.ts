import { instant } from '../../src/clock.ts';
import { startReview } from '../../src/reviews/actions/starting.ts';
import { keepAnswers } from '../../src/reviews/question-store.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import type { TestApp } from './app.ts';

/** Alice asks the leader of Support about its people, anew each quarter, and they have said of one that they leave. Returns its number. */
export async function beginReview(app: TestApp): Promise<number> {
  const at = instant(app.clock.now());
  const { alice, bob, carol, lena } = app.people;
  const asked = { question: 'Still needed?', view: '/users', asks: 'leaders', named: [] as number[] } as const;
  const silence = { silence: 'remind', silenceDays: 14 } as const;
  const moments = { dueAt: '2026-12-06T00:00:00.000Z', nextAt: '2027-01-01T07:00:00.000Z' };
  const act = programAct(actSettings(app.config, app.config.mail !== undefined), { id: alice, name: 'alice', at });
  return app.db.write(async (trx) => {
    const meant = { ids: [bob, carol], groupIds: [], createdBy: alice };
    const id = await startReview(trx, act, { ...asked, ...silence, ...moments, ...meant });
    const facts = { lastLoginAt: null, lastActivityAt: null, states: [], groupIds: [] };
    const said = { userId: carol, answer: 'leave' as const, groupId: null, facts };
    await keepAnswers(trx, { reviewId: id, reviewerId: lena, at }, [said]);
    return id;
  });
}
