import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import { minuteOf } from '../../clock.ts';
import { changeContacts } from '../../contacts/actions/changing-contacts.ts';
import type { ContactChange } from '../../contacts/actions/contact-choices.ts';
import { createContact } from '../../contacts/actions/contact-creation.ts';
import { findContactSubjects } from '../../contacts/actions/contact-subject.ts';
import { type OwnerById, ownerById } from '../../contacts/actions/owner-by-id.ts';
import { requireEditable } from '../../contacts/contact.ts';
import { CONTACT_EXPORT } from '../../contacts/contact-export.ts';
import { listContacts } from '../../contacts/contact-list.ts';
import { contactsPath, readContactQuery, sortsFor } from '../../contacts/contact-list-query.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { CONTACT, pageOf } from '../contract/answers.ts';
import { listAnswer, PREFIX, requireKnown, sourceOf } from '../contract/lists.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { CONTACT_CHANGE, NEW_CONTACT } from './contact-fields.ts';
import { changedContactAnswer, contactAnswer, contactMeant, toldContacts } from './told-contacts.ts';

const READ: Route['needs'] = { right: ['contacts', 'read'] };
/** One's own contacts, and those of one's groups, are changed without the right to write: the scope is asked for all the same. */
const CHANGE: Route['needs'] = { right: ['contacts', 'read'], scope: 'contacts:write' };

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
    method: 'post',
    path: '/contacts',
    summary: 'Make a contact: everybody’s, unless it is said whose',
    tag: 'Contacts',
    needs: { right: ['contacts', 'write'] },
    body: NEW_CONTACT,
    status: 201,
    answer: CONTACT,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { name, kind, ...rest } = call.body;
        let id = 0;
        await keepAsOperation(trx, act, { subjectType: 'contact', action: 'create' }, async (own) => {
          id = await createContact(trx, own, { ...(await changeMeant(trx, act, rest)), name, kind, tags: rest.tags });
          const [subject] = await findContactSubjects(trx, [id], act);
          return [{ subject, written: writtenOfMade() }];
        });
        const made = await changedContactAnswer(call.app, trx, call.viewer, id);
        return { ...made, status: 201, headers: { ...made.headers, Location: `${PREFIX}/contacts/${id}` } };
      }),
  }),
  route({
    method: 'get',
    path: '/contacts/{id}',
    summary: 'One contact',
    tag: 'Contacts',
    needs: READ,
    status: 200,
    answer: CONTACT,
    handle: async ({ app, viewer, ids }) =>
      contactAnswer(app.db.read, viewer, await contactMeant(app, app.db.read, viewer, ids.id)),
  }),
  route({
    method: 'patch',
    path: '/contacts/{id}',
    summary: 'Change a contact, as far as the body says: one of your own, or with write any that you may see',
    tag: 'Contacts',
    needs: CHANGE,
    body: CONTACT_CHANGE,
    isVersioned: true,
    status: 200,
    answer: CONTACT,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { id } = call.ids;
        const contact = await contactMeant(call.app, trx, call.viewer, id);
        requireEditable(await findContactViewer(trx, act.by, minuteOf(act.at)), contact);
        const change = await changeMeant(trx, act, call.body);
        await keepAsOperation(trx, act, { subjectType: 'contact', action: 'edit' }, async (own) => {
          const versions = call.version === undefined ? undefined : new Map([[id, call.version]]);
          const changed = await changeContacts(trx, own, [id], change, versions);
          requireDone(changed.outcomes);
          return keptOutcomes(changed);
        });
        return changedContactAnswer(call.app, trx, call.viewer, id);
      }),
  }),
  ...(
    [
      ['post', 'delete', 'Delete a contact'],
      ['delete', 'restore', 'Restore a contact'],
    ] as const
  ).map(([method, action, summary]) =>
    route({
      method,
      path: '/contacts/{id}/deletion',
      summary,
      tag: 'Contacts',
      needs: CHANGE,
      status: 200,
      answer: CONTACT,
      handle: (call) =>
        call.write(async (trx, act) => {
          const { id } = call.ids;
          await contactMeant(call.app, trx, call.viewer, id);
          requireDone((await performDirectly(trx, act, { subjectType: 'contact', action, ids: [id] })).outcomes);
          return changedContactAnswer(call.app, trx, call.viewer, id);
        }),
    }),
  ),
];

async function list({ app, req, viewer }: Call): Promise<Answer> {
  await requireKnown({ app, req, viewer }, CONTACT_EXPORT.problemsIn);
  const seer = await findContactViewer(app.db.read, viewer, minuteOf(app.clock()));
  const query = readContactQuery(sourceOf(req), sortsFor(seer));
  const found = await listContacts(app, seer, query, 0);
  return listAnswer({
    total: found.total,
    items: await toldContacts(app.db.read, viewer, found.contacts),
    next: found.next && contactsPath(query, { after: found.next }),
    previous: found.previous && contactsPath(query, { before: found.previous }),
  });
}

/** With the owner, whom the body names by an id. */
async function changeMeant(
  trx: Transaction,
  act: Act,
  { owner, ...change }: Omit<ContactChange, 'owner'> & { owner?: OwnerById },
): Promise<ContactChange> {
  return { ...change, ...(owner && { owner: await ownerMeant(trx, act, owner) }) };
}

async function ownerMeant(db: Reader, act: Act, owner: OwnerById) {
  return ownerById(db, await findContactViewer(db, act.by, minuteOf(act.at)), owner);
}
