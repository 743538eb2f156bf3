import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findHead, headInWords } from '../../src/audit/chain.ts';
import { DAY, HOUR } from '../../src/clock.ts';
import { jobsOf } from '../../src/features.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pathTo } from '../support/people.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

it('has the head of the audit once a day, to be compared with later', async () => {
  const job = jobsOf(app.context).find(({ name }) => name === 'Log the head of the audit')!;
  const told = () => app.log.map((line) => JSON.parse(line)).filter((line) => line.msg === 'the head of the audit');
  const now = async () => headInWords((await findHead(app.db.read))!);
  const first = await now();
  await job.run();
  const alice = await signedIn(app, 'alice');
  await alice.post(pathTo(app, 'bob', '/access-confirmation'));
  app.clock.advance(HOUR);
  await job.run();
  expect(told().map((line) => line.auditHead)).toEqual([first]);
  app.clock.advance(DAY);
  await job.run();
  expect(told().map((line) => line.auditHead)).toEqual([first, await now()]);
});
