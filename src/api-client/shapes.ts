import type { z } from 'zod';
import type { NEW_OPERATION } from '../api/bulk-operations/bulk-fields.ts';
import type { EVENT, GROUP, ITEM, OPERATION, PERMISSIONS, PROBLEM, USER } from '../api/contract/answers.ts';
import type { GROUP_CHANGE, NEW_GROUP } from '../api/groups/group-fields.ts';
import type { NEW_USER, USER_CHANGE } from '../api/users/user-fields.ts';

// What goes and comes, by the very schemas that check it on the other side.

export type User = z.output<typeof USER>;
export type NewUser = z.input<typeof NEW_USER>;
export type UserChange = z.input<typeof USER_CHANGE>;
export type Group = z.output<typeof GROUP>;
export type NewGroup = z.input<typeof NEW_GROUP>;
export type GroupChange = z.input<typeof GROUP_CHANGE>;
export type Permissions = z.output<typeof PERMISSIONS>;
export type Operation = z.output<typeof OPERATION>;
export type NewOperation = z.input<typeof NEW_OPERATION>;
export type Item = z.output<typeof ITEM>;
export type Event = z.output<typeof EVENT>;
export type Problem = z.output<typeof PROBLEM>;

export interface Page<One> {
  total?: number;
  items: One[];
  next: string | null;
  previous: string | null;
}
