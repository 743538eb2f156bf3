import type { Column } from '../../../lists/list-frame.ts';
import type { ColumnKey } from '../../list/user-list-columns.ts';
import type { SortKey } from '../../list/user-list-query.ts';

/** It is always there, and first. */
export const NAME_COLUMN: Column<SortKey> = { sort: 'name', label: 'Name', width: 'wide' };

/** Those without an order have no index that keeps it, and sort by nothing: at a million users that would take seconds. */
export const LIST_COLUMNS: Record<ColumnKey, Column<SortKey>> = {
  email: { sort: 'email', label: 'System email', width: 'widest' },
  contact: { sort: 'contact', label: 'Linked contact', width: 'middle' },
  last_login: { sort: 'last_login', label: 'Last login', width: 'narrow' },
  groups: { sort: 'groups', label: 'Group memberships', width: 'rest' },
  no_shared_data: { sort: 'no_shared_data', label: 'No shared data', width: 'slight', givesWay: true },
  last_activity: { label: 'Last activity', width: 'narrow' },
  starts: { label: 'Starts on', width: 'middle' },
  leaves: { sort: 'leaves', label: 'Leaves on', width: 'middle' },
  created: { sort: 'created', label: 'Created', width: 'narrow' },
  confirmed: { label: 'Access confirmed', width: 'narrow' },
  attempts: { label: 'Failed attempts', width: 'slight' },
  second_factor: { label: 'Second factor', width: 'slight' },
  last_from: { label: 'Last sign-in from', width: 'narrow' },
  tags: { label: 'Tags', width: 'middle' },
  description: { label: 'Description', width: 'rest' },
  api_only_owner: { label: 'API-only owner', width: 'middle' },
  api_only_reason: { label: 'API-only reason', width: 'rest' },
  tokens: { label: 'Tokens', width: 'middle' },
  api_only_review: { label: 'Review date', width: 'narrow' },
};
