import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { startApp, type TestApp } from '../support/app.ts';
import { signedIn } from '../support/session.ts';

describe('the users list', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('shows everybody who is not deleted, by name', async () => {
    const alice = await signedIn(app, 'alice');
    const page = load((await alice.get('/users')).text);
    expect(
      page('tbody tr td.name a')
        .map((_, a) => page(a).text())
        .get(),
    ).toEqual(['ada', 'alice', 'bob', 'carol', 'dave', 'erin', 'lena', 'max', 'rita', 'robin']);
  });
});
