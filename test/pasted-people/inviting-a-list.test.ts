import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const PATH = '/users/new/list';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const read = (text: string, more = {}) => submit(alice, PATH, { text, step: 'read', ...more });

describe('a list of people to be invited', () => {
  it('works', async () => {
    const table = await read(
      'Müller, Maria <maria@new.example>; Bob <bob@example.com>\nHello\nTom Berg tom@new.example',
      { groups: [await groupId(app, 'Auditors')] },
    );
    const page = pageOf(table);
    console.log(table.status, page.textOf('main'), JSON.stringify(page.typed()));
    const sheet = await send(alice, table, { step: 'sheet' });
    console.log(sheet.status, pageOf(sheet).textOf('main'), JSON.stringify(pageOf(sheet).typed()));
    const done = await send(alice, sheet, { step: 'invite' });
    console.log(done.status, done.headers.location, done.text.slice(0, 200));
    console.log(pageOf(await alice.get(done.headers.location)).textOf('main'));
  });
});
