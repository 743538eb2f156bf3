import type { Person } from '../../seeds/cast.ts';
import type { TestApp } from './app.ts';
import { pageOf } from './page.ts';
import { Session, signedIn } from './session.ts';

/** The address of a link that Alice makes for somebody, without the server's part. */
export async function linkFor(
  app: TestApp,
  person: Person,
  path: 'invitation' | 'password-reset',
  alice?: Session,
): Promise<string> {
  const session = alice ?? (await signedIn(app, 'alice'));
  const id = app.people[person];
  const made = await session.post(`/users/${id}/${path}`, { channel: 'copy' });
  const link = pageOf(await session.get(made.headers.location)).link();
  if (!link) throw new Error(`no link was shown: ${made.status} ${made.headers.location}`);
  return new URL(link).pathname;
}

/** A browser that has opened a link and stands on its form. */
export async function opened(app: TestApp, link: string): Promise<Session> {
  const session = new Session(app);
  const response = await session.get(link);
  if (response.status !== 303) throw new Error(`the link did not open: ${response.status}`);
  await session.get(response.headers.location);
  return session;
}
