import { may, type Viewer } from '../../access/viewer.ts';
import { type AskingAction, isAsking } from '../../bulk-operations/asking-action.ts';
import type { SubjectType } from '../../bulk-operations/bulk-operation.ts';
import { minuteOf } from '../../clock.ts';
import type { ContactSubject } from '../../contacts/actions/contact-subject.ts';
import { CONTACT_OPERATIONS } from '../../contacts/actions/operations/contact-operations.ts';
import { mayEdit } from '../../contacts/contact.ts';
import { searchContacts } from '../../contacts/contact-search.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { GROUP_OPERATIONS } from '../../groups/actions/operations/group-operations.ts';
import { mayChange } from '../../groups/group.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { groupsCalled } from '../../groups/group-suggestions.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import type { StateLimits } from '../../users/user-state.ts';
import type { BulkAction } from '../../verbs/action.ts';
import type { Destination } from './destination.ts';

const RECORDS_SHOWN = 5;

type Operation<Subject extends Parameters<BulkAction['refusalOf']>[1]> = BulkAction<Subject> | AskingAction<Subject>;

/** What can be done to one, and of it what can be done to many. */
export interface Doable extends Pick<BulkAction, 'name' | 'label' | 'icon'> {
  subjectType: SubjectType;
  otherNames?: string[];
}

/** What can be done to groups and contacts by somebody like the viewer. */
export function operationsFor(viewer: Viewer): Doable[] {
  return [
    ...(may(viewer, 'groups', 'write') ? GROUP_OPERATIONS : []).map((one) => ({
      ...one,
      subjectType: 'group' as const,
    })),
    ...(may(viewer, 'contacts', 'read') ? CONTACT_OPERATIONS : []).map((one) => ({
      ...one,
      subjectType: 'contact' as const,
    })),
  ];
}

/** "set leader sales", "set owner acme": what is done to a group or a contact as an operation. */
export async function findOperations(
  sources: { db: Reader; index: UserIndex; viewer: Viewer; limits: StateLimits },
  isMeant: (names: string[]) => boolean,
  name: string,
): Promise<Destination[]> {
  const called = <T extends { label: string; otherNames?: string[] }>(operations: readonly T[]) =>
    operations.filter(({ label, otherNames = [] }) => isMeant([label, ...otherNames]));
  return [
    ...(await onGroups(sources, called(GROUP_OPERATIONS), name)),
    ...(await onContacts(sources, called(CONTACT_OPERATIONS), name)),
  ];
}

async function onGroups(
  { db, index, viewer }: { db: Reader; index: UserIndex; viewer: Viewer },
  operations: typeof GROUP_OPERATIONS,
  name: string,
): Promise<Destination[]> {
  if (operations.length === 0 || !may(viewer, 'groups', 'write')) return [];
  await index.groups.refresh();
  const called = groupsCalled(index.groups.named(), name).map(({ id }) => id);
  const groups = (await findGroupsOf(db, called)).filter((group) => mayChange(viewer, group));
  return groups
    .slice(0, RECORDS_SHOWN)
    .flatMap((group) =>
      operations
        .filter((operation) => isAsking(operation) || !operation.refusalOf(viewer, group))
        .map((operation) => operationOn('group', { ...group, note: 'group' }, operation)),
    );
}

async function onContacts(
  { db, viewer, limits }: { db: Reader; viewer: Viewer; limits: StateLimits },
  operations: readonly Operation<ContactSubject>[],
  name: string,
): Promise<Destination[]> {
  if (operations.length === 0 || !may(viewer, 'contacts', 'read')) return [];
  const seer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const contacts = await searchContacts(db, seer, name, { limit: RECORDS_SHOWN });
  return contacts
    .filter((contact) => mayEdit(seer, contact))
    .flatMap((contact) =>
      operations
        .filter((one) => isAsking(one) || !one.refusalOf(viewer, { ...contact, isSeen: true, isEditable: true }))
        .map((operation) => operationOn('contact', { ...contact, note: contact.email ?? 'contact' }, operation)),
    );
}

/** Begins the operation on this one. */
export function operationOn(
  type: SubjectType,
  { id, name, note }: { id: number; name: string; note: string },
  { name: action, label, icon, ...more }: { name: string; label: string; icon: BulkAction['icon'] },
): Destination {
  return {
    label: `${label}${'asks' in more ? ' …' : ''}: ${name}`,
    path: '/bulk-operations',
    icon,
    note,
    isDialog: true,
    sends: [
      ['subject', type],
      ['view', `/${type}s/${id}`],
      ['ids', String(id)],
      ['action', action],
    ],
  };
}
