import type { LeftKind } from '../left-kind.ts';
import { ANSWERED_PROGRAMS } from './answered-programs.ts';
import { LED_GROUPS } from './led-groups.ts';
import { OPEN_INVITATIONS } from './open-invitations.ts';
import { OPEN_REVIEWS } from './open-reviews.ts';
import { OWN_TOKENS } from './own-tokens.ts';
import { PRIVATE_CONTACTS } from './private-contacts.ts';
import { SCHEDULED_CHANGES } from './scheduled-changes.ts';

/** All that people leave behind, in the order in which pages show it. */
export const LEFT_KINDS: readonly LeftKind[] = [
  LED_GROUPS,
  ANSWERED_PROGRAMS,
  PRIVATE_CONTACTS,
  SCHEDULED_CHANGES,
  OPEN_INVITATIONS,
  OPEN_REVIEWS,
  OWN_TOKENS,
];
