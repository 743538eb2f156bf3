import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';
import { idOf } from './meant-records.ts';
import type { Change, Route } from './route.ts';

export function pathOf(pattern: string, id: number | string | undefined): string {
  // A session of somebody is named by both.
  const [own, handle = own] = String(id).split('#');
  return pattern
    .replace(/:(id|key)/, own)
    .replace(/:(handle|list)/, handle)
    .replace(':token', 'no-token-that-was-ever-made-x');
}

/** The fields as Alice's browser would send them: what stands in the form, and what she types. */
export async function filled(
  app: TestApp,
  change: Change,
  id: number | string | undefined,
  reader: Session,
): Promise<Fields> {
  const form = pageOf(await reader.get(pathOf(change.form, id)));
  const { _csrf, _method, ...standing } = form.typed();
  return { ...standing, ...(typeof change.fields === 'function' ? await change.fields(app, form) : change.fields) };
}

/** Sends the example of a changing route from a browser that stands on its form. */
export async function send(
  session: Session,
  route: Route,
  id: number | string | undefined,
  fields: Fields,
  headers = {},
) {
  const path = pathOf(route.pattern, id);
  if (route.change?.file === undefined) return session.send(route.method as 'post', path, fields, headers);
  const { file = route.change.file, ...others } = fields;
  return session.upload(path, others, file, headers);
}

interface Begun extends AsyncDisposable {
  app: TestApp;
  session: Session;
  id: number | string | undefined;
  fields: Fields;
}

export async function begin(route: Route): Promise<Begun> {
  const change = route.change!;
  const app = await (change.start ?? startApp)();
  const session = await (change.browser ?? ((one) => signedIn(one, 'alice')))(app);
  const id = await idOf(app, session, route, 'another', 'alice');
  const fields = await filled(app, change, id, session);
  return { app, session, id, fields, [Symbol.asyncDispose]: app.close };
}
