import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { allowed, inapplicable, leaveOut, type Outcome } from '../../verbs/outcome.ts';
import { type Contact, mayEdit } from '../contact.ts';
import { keepContacts } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type ChangedContacts, retellLinked } from './changing-contacts.ts';
import { ONLY_SEEN } from './contact-subject.ts';
import { findVisible } from './planned-change.ts';

/** Takes contacts out of the lists, or brings them back as they were. Throws NotFound where the actor may not see one. */
export async function setActivity(
  trx: Transaction,
  act: Act,
  ids: number[],
  activity: Contact['activity'],
): Promise<ChangedContacts> {
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const outcomes = (await findVisible(trx, viewer, ids)).map((subject): Outcome<Contact> => ({ subject }));
  leaveOut(outcomes, (contact) => (mayEdit(viewer, contact) ? undefined : ONLY_SEEN));
  leaveOut(outcomes, (contact) =>
    contact.activity === activity
      ? inapplicable(`is ${activity === 'deleted' ? 'deleted' : 'not deleted'} already`)
      : undefined,
  );
  const contacts = allowed(outcomes);
  await keepContacts(
    trx,
    contacts.map(({ id }) => ({ id, columns: { activity } })),
  );
  await retellLinked(
    trx,
    contacts.map(({ id }) => id),
  );
  await recordChanges(
    trx,
    act,
    contacts.map(({ id, name, activity: before }) => ({
      action: activity === 'deleted' ? 'contact.deleted' : 'contact.restored',
      subjectType: 'contact',
      subjectId: id,
      subjectName: name,
      before: { activity: before },
      after: { activity },
    })),
  );
  const written = new Map(
    contacts.map(({ id, activity: before }) => [id, { before: { activity: before }, after: { activity } }]),
  );
  return { outcomes, written };
}
