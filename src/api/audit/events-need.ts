import type { Caller } from '../contract/caller.ts';
import { isOpen } from '../contract/needs.ts';
import type { Route } from '../contract/route.ts';

/** What it takes to follow events. */
export const EVENTS_NEED = { right: ['audit', 'read'], scope: 'events:read' } satisfies Route['needs'];

/** Whether somebody may still follow them. */
export function mayFollow(caller: Caller): boolean {
  return isOpen(caller, EVENTS_NEED.right, EVENTS_NEED.scope);
}
