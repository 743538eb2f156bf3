import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterBeside } from '../support/command-line.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const PROGRAM = { apiOnly: 'yes', apiOnlyReason: 'Reads stock', apiOnlyOwner: 'alice', apiOnlyReviewOn: '2027-05-01' };

describe('a user without an email', () => {
  let app: TestApp;
  let alice: Session;
  let path: string;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    const created = await submit(alice, '/users/new', { name: 'stock-reader', ...PROGRAM });
    path = created.headers.location;
  });
  afterAll(() => app.close());

  it('is one that is API-only, and is shown without one on record, list and export', async () => {
    const record = pageOf(await alice.get(path));
    expect(record.fact('System email')).toBe('none');
    expect(record.fact('Invitation')).toBe('none open');
    expect((await alice.get(`${path}/invitation/new`)).status).toBe(409);
    const found = pageOf(await alice.get('/users?q=stock&sort=email'));
    expect(found.texts('tbody th a')).toContain('stock-reader');
    expect(found.texts('tbody td.email')).toEqual(['']);
    expect(
      pageOf(await alice.get('/users?sort=-email&per=10'))
        .texts('tbody th a')
        .at(-1),
    ).toBe('stock-reader');
    const file = await alice.get('/users/export?q=stock');
    expect(file.status).toBeLessThan(400);
  });

  it('cannot be a person, made or changed', async () => {
    const made = await submit(alice, '/users/new', { name: 'nobody' });
    expect(made.status).toBe(422);
    expect(pageOf(made).errors().email).toBe('Enter an email address.');
    const edited = await submit(alice, `${path}/edit`, { apiOnly: [], step: 'save' });
    expect(edited.status).toBe(422);
    expect(pageOf(edited).errors().email).toBe('Enter an email address.');
    const bob = await submit(alice, `${pathTo(app, 'bob')}/edit`, { email: '', step: 'save' });
    expect(bob.status).toBe(422);
    const row = await app.db.read('users').where('id', app.people.bob).first('email');
    expect(row.email).toMatch(/@/);
  });

  it('comes by a file as well, and no person does', async () => {
    const file = join(app.folder, 'programs.csv');
    const head = 'Name,Email,API-only,API-only reason,API-only owner,Review date\n';
    writeFileSync(file, `${head}by-file,,yes,Reads stock,alice,2027-05-01\nsomebody,,no,,,\n`);
    const { code, output } = await rosterBeside(app, ['import', 'users', file, '--by', 'name', '--apply']);
    expect([code, output]).toEqual([3, expect.stringContaining('A new user has an email.')]);
    const made = await app.db
      .read('users')
      .whereIn('name', ['by-file', 'somebody'])
      .select('name', 'email', 'api_only');
    expect(made).toEqual([{ name: 'by-file', email: null, api_only: 1 }]);
  });

  it('is not alone in it: two programs have none', async () => {
    const other = await submit(alice, '/users/new', { name: 'stock-writer', ...PROGRAM });
    expect(other.status).toBe(303);
  });
});
