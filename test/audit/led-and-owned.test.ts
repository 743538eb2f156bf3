import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const read = async (path: string, viewer = alice) =>
  pageOf(await viewer.get(path)).texts('.timeline .event p:first-child');
const timeline = (person: 'bob' | 'lena', viewer = alice) => read(pathTo(app, person), viewer);

it('a timeline tells of what its user leads, and of the end of it', async () => {
  const edit = `/groups/${await groupId(app, 'Support')}/edit`;
  await submit(alice, edit, { leader: 'bob' });
  expect((await timeline('bob'))[0]).toMatch(/alice changed the group Support$/);
  // Whoever led it before is told of as well.
  expect((await timeline('lena'))[0]).toMatch(/alice changed the group Support$/);
  await submit(alice, edit, { description: 'Says nothing of whoever leads it.' });
  expect((await timeline('bob')).filter((event) => event.includes('changed the group'))).toHaveLength(1);
  await alice.send('delete', `/groups/${await groupId(app, 'Support')}/members`, {
    ids: String(app.people.bob),
    confirmed: 'yes',
  });
  expect((await timeline('bob')).filter((event) => event.includes('changed the group'))).toHaveLength(2);
  await submit(alice, '/groups/new', { name: 'Night shift', leader: 'bob' });
  expect((await timeline('bob'))[0]).toMatch(/alice created the group Night shift$/);
});

it('no timeline but its own tells whose a contact is', async () => {
  await submit(alice, '/contacts/new', { name: 'Sally', owner: 'private' });
  await submit(alice, '/contacts/3/edit', { owner: 'group', ownerGroup: 'Administrators' });
  expect((await read(pathTo(app, 'alice'))).filter((event) => event.includes('contact'))).toEqual([]);
  expect((await read('/groups/1')).filter((event) => event.includes('contact'))).toEqual([]);
  expect((await read('/contacts/3'))[0]).toMatch(/alice changed the contact María Müller$/);
});

it('a timeline tells of the integrations that its user answers for', async () => {
  const made = { apiOnly: 'yes', apiOnlyReason: 'reads', apiOnlyOwner: 'bob', apiOnlyReviewOn: '2027-01-01' };
  const { headers } = await submit(alice, '/users/new', {
    name: 'sensor',
    email: 's@example.com',
    access: 'later',
    ...made,
  });
  expect((await timeline('bob'))[0]).toMatch(/alice created sensor$/);
  await submit(alice, `${headers.location}/edit`, { apiOnlyOwner: 'lena' });
  for (const person of ['bob', 'lena'] as const) expect((await timeline(person))[0]).toMatch(/alice changed sensor$/);
  const max = await signedIn(app, 'max');
  expect((await timeline('lena', max))[0]).toMatch(/alice changed sensor$/);
});
