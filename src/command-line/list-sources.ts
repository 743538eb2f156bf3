import { ContactIndex } from '../contacts/contact-index.ts';
import type { KindName } from '../export/exportable.ts';
import type { ExportSources } from '../export/pages/export-kinds.ts';
import { GroupIndex } from '../groups/group-index.ts';
import { InvitationIndex } from '../invitations/invitation-index.ts';
import { UserIndex } from '../users/list/user-index.ts';
import type { CommandContext } from './command.ts';

/** What views of a list are found by, read for this one time. */
export async function readySources({ db, config, server }: CommandContext, list: KindName): Promise<ExportSources> {
  const clock = Date.now;
  const { staleDays = config.staleDays, confirmDays = config.confirmDays } = server;
  const index = new UserIndex(db.read, clock, { staleDays, confirmDays });
  const contactIndex = new ContactIndex(db.read, clock);
  const groupIndex = new GroupIndex(db.read, clock);
  const invitationIndex = new InvitationIndex(db.read, clock);
  const finding: Record<KindName, { refreshWholly(): Promise<void> }[]> = {
    users: [index],
    groups: [index, groupIndex],
    contacts: [contactIndex],
    invitations: [index, invitationIndex],
    audit: [],
  };
  for (const one of finding[list]) await one.refreshWholly();
  return { db, clock, config: { staleDays, confirmDays }, index, contactIndex, groupIndex, invitationIndex };
}
