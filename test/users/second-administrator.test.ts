import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp, startEmptyApp, type TestApp } from '../support/app.ts';
import { addGroups } from '../support/crowd.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const NOTE = /^This makes an administrator/;
const noteOf = (answer: { text: string }) => pageOf(answer).textOf('#groups .message');

describe('a second administrator', () => {
  it('is one press away while there is only one, with the group chosen and said what it makes', async () => {
    await using app = await startEmptyApp();
    const first = new Session(app);
    await first.get(`/setup/${app.context.setupToken}`);
    const fields = { name: 'first', email: 'f@example.com', password: PASSWORD, repeated: PASSWORD };
    await submit(first, '/setup', fields);
    const link = pageOf(await first.get('/users'))
      .$('#begin a:contains("second administrator")')
      .attr('href')!;
    const form = await first.get(link);
    expect(pageOf(form).texts('#groups .picked bdi')).toEqual(['Administrators']);
    expect(noteOf(form)).toMatch(NOTE);
    const created = await send(first, form, { name: 'second', email: 's@example.com', access: 'later' });
    expect(pageOf(await first.get(created.headers.location)).texts('#memberships ~ ul a')).toContain('Administrators');
  });
});

describe('New User that is opened for a group', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const openFor = async (name: string, session = alice) => session.get(`/users/new?group=${await groupId(app, name)}`);

  it('has it chosen, as its record offers', async () => {
    const record = `/groups/${await groupId(app, 'Support')}`;
    const link = pageOf(await alice.get(record))
      .$('#group-members a:contains("New User")')
      .attr('href')!;
    const form = await alice.get(link);
    expect(pageOf(form).texts('#groups .picked bdi')).toEqual(['Support']);
    expect(noteOf(form)).toBe('');
  });

  it('says what comes of it as groups are taken and dropped', async () => {
    const administrators = await groupId(app, 'Administrators');
    const taken = await send(alice, await openFor('Support'), { step: `take groups ${administrators}` });
    expect(noteOf(taken)).toMatch(NOTE);
    const dropped = await send(alice, taken, { step: `drop groups ${administrators}` });
    expect(noteOf(dropped)).toBe('');
    const program = await send(alice, taken, { apiOnly: 'yes', step: 'find groups' });
    expect(noteOf(program)).toBe('');
  });

  it('has nothing chosen that the viewer may not give or know, or that is no group', async () => {
    await addGroups(app, 1);
    const max = await signedIn(app, 'max');
    for (const name of ['Administrators', 'Team 1'])
      expect(pageOf(await openFor(name, max)).texts('#groups .picked bdi')).toEqual([]);
    for (const group of ['999999', 'x', '', '1&group=2'])
      expect(pageOf(await alice.get(`/users/new?group=${group}`)).texts('#groups .picked bdi')).toEqual([]);
  });
});
