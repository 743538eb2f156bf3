import type { Fields } from '../../audit/audit-event.ts';
import type { NewContact } from '../../contacts/actions/contact-creation.ts';
import type { Reader } from '../../db/database.ts';
import { findGroups } from '../../groups/group-store.ts';
import { sortedByName } from '../../text/sort-key.ts';
import type { NewUser } from '../../users/actions/changing/user-change.ts';
import type { PlannedLine } from '../import-plan-store.ts';

/** What planned lines give new users beside name and email, by line. */
export async function givenToNewUsers(db: Reader, planned: PlannedLine[]): Promise<Map<number, Fields>> {
  const fresh = planned
    .filter(({ kind }) => kind === 'new')
    .map(({ line, change }) => ({ line, user: change as unknown as NewUser }));
  const ids = new Set(fresh.flatMap(({ user }) => user.groups ?? []));
  const groups = ids.size > 0 ? await findGroups(db, [...ids]) : [];
  return new Map(
    fresh.map(({ line, user }) => {
      const { tags, startsAt, leavesAt, noSharedData, apiOnly, description } = user;
      const own = sortedByName(
        groups.filter(({ id }) => user.groups?.includes(id)),
        ({ name }) => name,
      );
      const ends = own.map(({ id }) => endIn(user, id));
      const given = {
        groups: own.map(({ name }) => name),
        until: new Set(ends).size > 1 ? ends : ends[0],
        tags,
        startsAt,
        leavesAt,
        noSharedData,
        apiOnly: apiOnly?.reason,
        description,
      };
      return [line, withoutNothing(given)];
    }),
  );
}

function endIn({ groupsUntil }: NewUser, group: number) {
  return typeof groupsUntil === 'object' ? (groupsUntil?.[group] ?? null) : groupsUntil;
}

/** The same of new contacts. */
export function givenToNewContacts(planned: PlannedLine[]): Map<number, Fields> {
  const fresh = planned.filter(({ kind }) => kind === 'new');
  return new Map(
    fresh.map(({ line, change }) => {
      const {
        kind,
        emails = [],
        phones,
        position,
        address,
        accounts,
        tags,
        description,
      } = change as unknown as NewContact;
      const given = { kind, otherEmails: emails.slice(1), phones, position, address, accounts, tags, description };
      return [line, withoutNothing(given)];
    }),
  );
}

function withoutNothing(fields: Fields): Fields {
  const isNothing = (value: unknown) => value === undefined || value === null || value === '' || value === false;
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => !isNothing(value) && !(Array.isArray(value) && value.length === 0)),
  );
}
