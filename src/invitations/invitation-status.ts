/** How far an invitation has got; exactly one holds, the first that fits. */
export const INVITATION_STATUSES = [
  'accepted',
  'withdrawn',
  'not-delivered',
  'expired',
  'opened',
  'waiting',
  'copied',
  'sent',
] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];
