import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { malformedCalls, sendCall } from '../../faults/malformed-calls.ts';
import { complaintAbout } from '../../faults/malformed-requests.ts';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { factsBesideAudit } from '../support/database.ts';
import { programAs } from '../support/program.ts';

/** `MALFORMED=10000` for all. */
const CALLS = Number(process.env.MALFORMED ?? 300);
const MAILING = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com', TOKEN_REQUESTS: '100000' };

describe.each<Person>(['lena', 'alice'])('malformed calls by a program of %s', (person) => {
  let app: TestApp;
  let secret = '';
  beforeAll(async () => {
    app = await startApp(MAILING);
    secret = (await programAs(app, person)).secret;
  });
  afterAll(() => app.close());

  it(`are answered calmly: no mistake of ours, no innards, and nothing changed by who may change nothing (F8)`, async () => {
    const lasting = async () => {
      // What a token has left of its requests is divided among processes on a server, and so written there.
      const { tokens: _, users: __, user_changes: ___, token_windows: ____, ...rest } = await factsBesideAudit(app);
      return rest;
    };
    const before = await lasting();
    await fc.assert(
      fc.asyncProperty(malformedCalls(), async (call) => {
        expect(complaintAbout(await sendCall(app.url, secret, call))).toBeUndefined();
      }),
      { numRuns: CALLS / 2, seed: 20_261_127, endOnFailure: true },
    );
    if (person === 'lena') expect(await lasting()).toEqual(before);
    expect(app.log.filter((line) => /"level":(50|60)|"status":5/.test(line))).toEqual([]);
  }, 3_600_000);
});
