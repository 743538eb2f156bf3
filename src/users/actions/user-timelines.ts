import { noteContactEvents, noteGroupEvents, noteUserEvents } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { UserDetails } from './user-details.ts';

/** Groups, contacts and owners tell as well of what changed between them and a user. */
export async function noteOnTimelines(
  trx: Transaction,
  eventIds: number[],
  before: UserDetails,
  after: UserDetails,
): Promise<void> {
  const [from, to] = [before, after].map(({ groups }) => groups.map((group) => group.id));
  for (const groupId of new Set([...from, ...to]))
    if (from.includes(groupId) !== to.includes(groupId)) await noteGroupEvents(trx, groupId, eventIds);
  if (before.contact?.id !== after.contact?.id)
    await noteContactEvents(trx, [before.contact?.id ?? null, after.contact?.id ?? null], eventIds);
  if (before.owner?.id !== after.owner?.id)
    await noteUserEvents(trx, [before.owner?.id ?? null, after.owner?.id ?? null], eventIds);
}
