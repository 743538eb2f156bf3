import type { Instant } from '../../clock.ts';
import type { Format } from '../../text/format.ts';

const MORNING = '07:00';

/** When the invitation of somebody goes out who is to start then: on the morning of that day, never before the start; undefined for at once. */
export function invitationAt(startsAt: Instant | null | undefined, now: Instant, format: Format): Instant | undefined {
  if (!startsAt || startsAt <= now) return undefined;
  const morning = format.momentAt(format.dayOf(startsAt), MORNING);
  return morning > startsAt ? morning : startsAt;
}
