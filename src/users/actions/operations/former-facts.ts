import type { Day } from '../../../clock.ts';
import type { Format } from '../../../text/format.ts';
import { type Facts, wasActivity } from '../../../verbs/action.ts';
import { fieldsInWords, hadTag, tagOf } from '../../../verbs/facts.ts';
import { groupOf } from '../changing/user-facts.ts';

/** What stood in a field of somebody before something was taken back. */
export function formerInWords(field: string, value: unknown, format: Format): string {
  const tag = tagOf(field);
  if (tag !== undefined) return hadTag(tag, value);
  if (groupOf(field) !== undefined) return membershipInWords(value as Facts | null, format);
  if (Object.hasOwn(WORDS, field)) return WORDS[field](value, format);
  return `${fieldsInWords({ [field]: value })} ${format.value(value)}`;
}

function membershipInWords(value: Facts | null, format: Format): string {
  if (value === null) return 'was no member';
  return value.untilAt ? `was a member until ${format.until(String(value.untilAt))}` : 'was a member without an end';
}

interface ApiOnly {
  reason: string;
  reviewOn: Day | null;
}

/** Who answered for it is not told by an id. */
function programInWords({ reason, reviewOn }: ApiOnly, format: Format): string {
  return `was API-only: ${reason}${reviewOn ? `, to be reviewed on ${format.day(reviewOn)}` : ''}`;
}

/** Others say themselves what they are. */
const WORDS: Record<string, (value: unknown, format: Format) => string> = {
  activity: (activity) => (activity === null ? 'was not there' : wasActivity({ activity })),
  leavesAt: (end, format) => (end ? `was to leave on ${format.end(String(end))}` : 'had no end'),
  startsAt: (start, format) => (start ? `was to start on ${format.start(String(start))}` : 'had no start'),
  noSharedData: (had) => (had ? 'had No shared data' : 'saw shared data'),
  apiOnly: (program, format) => (program ? programInWords(program as ApiOnly, format) : 'was a person'),
  contactId: (contact) => (contact === null ? 'had no linked contact' : 'had another linked contact'),
  accessConfirmedAt: (at, format) => (at ? `was confirmed ${format.moment(String(at))}` : 'was not confirmed'),
  // When it was says it already.
  accessConfirmedBy: () => '',
  invitationExpiresAt: (at, format) => (at ? `was invited until ${format.moment(String(at))}` : 'was not invited'),
};
