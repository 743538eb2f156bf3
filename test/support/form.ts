import { pageOf } from './page.ts';
import type { Fields, Session } from './session.ts';

/**
 * Opens a page, fills its form and sends it, as a person would: what stands in it is sent along. An empty list unticks
 * a box.
 */
export async function submit(session: Session, path: string, fields: Fields = {}) {
  const opened = await session.get(path);
  if (opened.status !== 200) throw new Error(`${path} shows no form: ${opened.status}`);
  return send(session, opened, fields);
}

/** Sends the form of a page that was opened before. */
export async function send(session: Session, opened: { text: string }, fields: Fields = {}) {
  const page = pageOf(opened);
  // Of several forms the one that has what is filled in.
  const having = `main form:has([name="${Object.keys(fields)[0]}"])`;
  const form = page.$(having).length > 0 ? having : 'form:has(main), main form';
  const { _csrf, _method, ...standing } = page.typed(form);
  const action = page
    .$(form === having ? having : 'main form')
    .last()
    .attr('action')!;
  return session.send((_method as 'post') ?? 'post', action, { _csrf, ...standing, ...fields });
}
