import type { Needs } from './caller.ts';

/** What it takes to follow events, at the beginning and for as long as they are followed. */
export const EVENTS_NEED: Needs = { right: ['audit', 'read'], scope: 'events:read' };
