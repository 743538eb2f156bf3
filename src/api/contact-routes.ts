import { may } from '../access/viewer.ts';
import { dayOf } from '../clock.ts';
import { type Contact, isPublic } from '../contacts/contact.ts';
import { CONTACT_EXPORT } from '../contacts/contact-export.ts';
import { listContacts } from '../contacts/contact-list.ts';
import { contactsPath, readContactQuery, sortsFor } from '../contacts/contact-list-query.ts';
import { findContact } from '../contacts/contact-store.ts';
import { findContactViewer } from '../contacts/contact-viewer.ts';
import { findTagNames } from '../tags/tag-store.ts';
import { NotFound } from '../verbs/refusals.ts';
import { CONTACT, pageOf } from './answers.ts';
import { listAnswer, requireKnown, sourceOf } from './lists.ts';
import { type Answer, type Call, type Route, route } from './route.ts';

const READ: Route['needs'] = { right: ['contacts', 'read'] };

export const CONTACT_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/contacts',
    summary: 'A page of the contacts that a view means, of those that you may see',
    tag: 'Contacts',
    needs: READ,
    filters: ['q', 'activity', 'kind', 'account', 'owner', 'tag', 'company', 'sort'],
    status: 200,
    answer: pageOf(CONTACT),
    handle: list,
  }),
  route({
    method: 'get',
    path: '/contacts/{id}',
    summary: 'One contact',
    tag: 'Contacts',
    needs: READ,
    status: 200,
    answer: CONTACT,
    async handle(call) {
      const { app, viewer, ids } = call;
      const seer = await findContactViewer(app.db.read, viewer, dayOf(app.clock()));
      const contact = await findContact(app.db.read, seer, ids.id);
      if (!contact) throw new NotFound('There is no such contact.');
      const [told] = await toldContacts(call, [contact]);
      return { headers: { ETag: `"${contact.version}"` }, body: told };
    },
  }),
];

async function list(call: Call): Promise<Answer> {
  const { app, req, viewer } = call;
  await requireKnown(app.db.read, req, CONTACT_EXPORT.problemsIn);
  const seer = await findContactViewer(app.db.read, viewer, dayOf(app.clock()));
  const query = readContactQuery(sourceOf(req), sortsFor(seer));
  const found = await listContacts(app, seer, query, 0);
  return listAnswer({
    total: found.total,
    items: await toldContacts(call, found.contacts),
    next: found.next && contactsPath(query, { after: found.next }),
    previous: found.previous && contactsPath(query, { before: found.previous }),
  });
}

async function toldContacts({ app, viewer }: Call, contacts: Contact[]) {
  const tags = await findTagNames(
    app.db.read,
    'contact',
    contacts.map(({ id }) => id),
  );
  const named = (id: number | null, name: string | null) => (id === null || name === null ? null : { id, name });
  return contacts.map((contact) => ({
    id: contact.id,
    kind: contact.kind,
    name: contact.name,
    activity: contact.activity,
    emails: contact.emails,
    phones: contact.phones,
    address: contact.address,
    position: contact.position,
    description: contact.description,
    company: named(contact.companyId, contact.companyName),
    accounts: contact.accounts,
    owner: isPublic(contact) ? 'public' : contact.ownerUserId === null ? 'group' : 'user',
    ...(may(viewer, 'users', 'read') && { user: named(contact.userId, contact.userName) }),
    tags: tags.get(contact.id) ?? [],
    createdAt: contact.createdAt,
    version: contact.version,
  }));
}
