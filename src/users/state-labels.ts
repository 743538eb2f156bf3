import type { State } from './user-state.ts';

/** What each state is called wherever it is shown. */
export const STATE_LABELS: Record<State, string> = {
  'not-started': 'Not started',
  'not-invited': 'Not invited',
  invited: 'Invited',
  'not-delivered': 'Not delivered',
  'invitation-expired': 'Invitation expired',
  'never-signed-in': 'Never signed in',
  'password-due': 'Password due',
  'no-second-factor': 'No second factor',
  locked: 'Locked',
  left: 'Left',
  stale: 'Stale',
  'to-be-confirmed': 'To be confirmed',
  'api-only': 'API-only',
  orphaned: 'Orphaned',
  'review-due': 'Review due',
  unused: 'Unused',
  'no-token': 'Without a token',
  'linked-to-account': 'Linked to customer or supplier',
};
