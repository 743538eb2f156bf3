import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { reported } from '../../../bulk-operations/reported-action.ts';
import { tagAddition, tagRemoval } from '../../../bulk-operations/tag-actions.ts';
import { counted, were } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import type { Group } from '../../group.ts';
import { GROUP_ACTIONS } from '../group-actions.ts';
import { groupChangingAction } from './group-changing-action.ts';
import { LEADER_SETTING } from './leader-setting.ts';
import { PERMISSION_SETTING } from './permission-setting.ts';

/** What can be done to many groups, or to one, as an operation: in the order of the action bar. */
export const GROUP_OPERATIONS = [
  ...GROUP_ACTIONS,
  tagAddition('group', groupChangingAction),
  tagRemoval('group', groupChangingAction),
  LEADER_SETTING,
  PERMISSION_SETTING,
] as readonly (BulkAction<Group> | AskingAction<Group>)[];

/** What has pages of its own. */
export const GROUP_FORMS = [
  reported<Group>('edit', 'Edit', 'pencil', (number) => `${were(number, 'group')} edited.`),
  reported<Group>('edit-permissions', 'Change permissions', 'shield-check', (number) =>
    number === 1
      ? 'The permissions of 1 group were changed.'
      : `The permissions of ${counted(number, 'group')} were changed.`,
  ),
  reported<Group>('apply', 'Apply a file', 'upload', (number) => `${were(number, 'group')} made as a file says.`),
  reported<Group>('create', 'New group', 'organization', (number) => `${were(number, 'group')} created.`),
];
