import type { Person } from '../../seeds/cast.ts';
import { PASSWORD, type TestApp } from './app.ts';
import { submit } from './form.ts';
import { opened } from './links.ts';
import { pageOf } from './page.ts';
import { type Fields, type Session, signedIn } from './session.ts';

/** The browser of somebody new whom Alice creates, and who has chosen the password that all of the cast have. */
export async function newcomer(
  app: TestApp,
  name: string,
  fields: Fields = {},
): Promise<{ id: number; session: Session; alice: Session }> {
  const alice = await signedIn(app, 'alice');
  const created = await submit(alice, '/users/new', { name, email: `${name}@example.com`, ...fields });
  const link = pageOf(await alice.get(created.headers.location)).link();
  if (!link) throw new Error(`${name} was not invited: ${created.status}`);
  const session = await opened(app, new URL(link).pathname);
  const accepted = await session.post('/invitations/acceptance', { password: PASSWORD, repeated: PASSWORD });
  if (accepted.status !== 303) throw new Error(`${name} did not get in: ${accepted.status}`);
  session.isIn();
  return { id: Number(created.headers.location.split('/').at(-1)), session, alice };
}

export async function groupId(app: TestApp, name: string): Promise<string> {
  return String((await app.db.read('groups').where({ name }).first('id')).id);
}

/** The addresses of somebody's record and of what is done there. */
export function pathTo(app: TestApp, person: Person, rest = ''): string {
  return `/users/${app.people[person]}${rest}`;
}

/** As if somebody else had created the user, and made the link that is open. */
export async function createdBy(app: TestApp, person: Person, by: Person): Promise<void> {
  const created_by = app.people[by];
  await app.db.write(async (trx) => {
    await trx('users').where('id', app.people[person]).update({ created_by });
    await trx('links').where('user_id', app.people[person]).update({ created_by });
  });
}

export async function isSignedIn(session: Session): Promise<boolean> {
  return (await session.get('/credentials')).status === 200;
}
