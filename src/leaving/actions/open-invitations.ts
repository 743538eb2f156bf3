import { findInvitedBy } from '../../one-time-links/open-links.ts';
import { INVITATION_WITHDRAWAL } from '../../users/actions/invitation-withdrawal.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import { type LeftKind, NOTHING_WRITTEN } from '../left-kind.ts';

/** They open what whoever made them could give: that needs nobody who goes on answering for them. */
export const OPEN_INVITATIONS: LeftKind = {
  name: 'invitations',
  noun: 'open invitation',
  label: 'Open invitations made',
  said: (number) => `They made ${number === 1 ? '1 invitation that is' : `${number} invitations that are`} still open`,
  deeds: { keep: 'Leave them open', end: 'Withdraw them' },
  async find(db, userIds, at) {
    const invited = await findInvitedBy(db, userIds, at);
    return invited.map(({ id, name, creatorId }) => ({ id, name, of: creatorId, path: `/users/${id}` }));
  },
  async end(trx, act, _leaver, things) {
    await performOnUsers(
      trx,
      act,
      INVITATION_WITHDRAWAL,
      things.map(({ id }) => id),
    );
    return NOTHING_WRITTEN;
  },
};
