import type { Viewer } from '../access/viewer.ts';
import { instant } from '../clock.ts';
import { type ColumnOf, type ExportKind, linesOf, READ_AT_ONCE, unknownIn } from '../export/exportable.ts';
import { sourceIn } from '../lists/list-query.ts';
import { CHANNELS } from './invitation-index.ts';
import {
  findInvitations,
  freezeInvitations,
  type InvitationSources,
  type ListedInvitation,
} from './invitation-list.ts';
import { invitationsPath, readInvitationQuery } from './invitation-list-query.ts';
import { INVITATION_STATUSES } from './invitation-status.ts';

/** Never the link itself. */
const COLUMNS: ColumnOf<ListedInvitation>[] = [
  { key: 'name', label: 'Name', isListed: true, of: (one) => one.userName },
  { key: 'email', label: 'System email', isListed: true, of: (one) => one.userEmail },
  { key: 'user_id', label: 'User id', of: (one) => one.userId },
  { key: 'status', label: 'Status', isListed: true, of: (one) => one.status },
  { key: 'channel', label: 'Channel', isListed: true, of: (one) => one.channel },
  { key: 'invited_by', label: 'Invited by', isListed: true, of: (one) => one.creatorName },
  { key: 'made', label: 'Made (UTC)', isListed: true, of: (one) => one.createdAt },
  { key: 'open_until', label: 'Open until (UTC)', of: (one) => one.expiresAt },
  { key: 'opened', label: 'Opened (UTC)', of: (one) => one.openedAt },
  { key: 'used', label: 'Used (UTC)', of: (one) => one.usedAt },
  { key: 'answer', label: "Mail server's answer", of: (one) => one.answer },
];

const queryOf = (view: string) => readInvitationQuery(sourceIn(view));

export const INVITATION_EXPORT: ExportKind<InvitationSources, Viewer> = {
  name: 'invitations',
  noun: 'invitation',
  application: 'users',
  columns: COLUMNS,
  viewPath: (view) => invitationsPath(queryOf(view), { perGiven: false }),
  problemsIn: (db, view) =>
    unknownIn(db, sourceIn(view), {
      query: queryOf(view),
      known: { status: INVITATION_STATUSES, channel: CHANNELS },
    }),
  freeze: (sources, viewer, view) => freezeInvitations(sources, queryOf(view), viewer, READ_AT_ONCE),
  async *read({ db, clock }, _viewer, ids, chosen) {
    yield linesOf(COLUMNS, chosen, await findInvitations(db.read, ids, instant(clock())), ({ id }) => id);
  },
};
