/** What of users can be done at a moment of its own, with what it is called before it is known which group. Links are not among it but for invitations, which go by mail. */
export const SCHEDULABLE: Readonly<Record<string, string>> = {
  activate: 'Activate',
  deactivate: 'Deactivate',
  leave: 'Leave and hand over',
  'add-to-group': 'Add to group',
  'remove-from-group': 'Remove from group',
  'add-tag': 'Add tag',
  'remove-tag': 'Remove tag',
  reinvite: 'Invite',
};

/** Whether an action on users could be done at another time. */
export function canBeLater(action: string): boolean {
  return Object.hasOwn(SCHEDULABLE, action);
}

/** By these somebody may come to be no administrator any more. */
export const ENDING_RIGHTS = new Set(['deactivate', 'remove-from-group', 'leave']);
