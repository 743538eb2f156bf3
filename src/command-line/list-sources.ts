import { ContactIndex } from '../contacts/contact-index.ts';
import type { ExportSources } from '../export/pages/export-kinds.ts';
import { GroupIndex } from '../groups/group-index.ts';
import { InvitationIndex } from '../invitations/invitation-index.ts';
import { UserIndex } from '../users/list/user-index.ts';
import type { CommandContext } from './command.ts';

const INDEX_PATIENCE = 60_000;

/** What views are found by, read for this one time. */
export async function readySources(
  { db, config, server }: CommandContext,
  isOfContacts: boolean,
): Promise<ExportSources> {
  const clock = Date.now;
  const { staleDays = config.staleDays, confirmDays = config.confirmDays } = server;
  const index = new UserIndex(db.read, clock, { staleDays, confirmDays });
  const contactIndex = new ContactIndex(db.read, clock);
  if (isOfContacts) await contactIndex.refresh();
  else while (!(await index.refreshWithin(INDEX_PATIENCE)));
  return {
    db,
    clock,
    config: { staleDays, confirmDays },
    index,
    contactIndex,
    groupIndex: new GroupIndex(db.read, clock),
    invitationIndex: new InvitationIndex(db.read, clock),
  };
}
