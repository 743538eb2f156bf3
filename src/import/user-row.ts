import type { z } from 'zod';
import { type Day, type Instant, isDay } from '../clock.ts';
import { day, optional, programReason, tags, userEmail, userName } from '../forms/fields.ts';
import { endBy, startBy, type Times } from '../forms/moments.ts';
import { quoted } from '../text/quoted.ts';
import { spokenDay } from '../text/spoken-day.ts';
import type { ImportedRow } from './imported-row.ts';

/** What a line says of a user; undefined is what it does not say. */
export interface RowValues {
  name?: string;
  email?: string;
  activity?: string;
  groups?: string[];
  /** Of each of them, in their order. */
  ends?: (Instant | null)[];
  tags?: string[];
  startsAt?: Instant | null;
  leavesAt?: Instant | null;
  /** The days that are said without a time: they are those of whoever wrote the file, whose clock may be another one. */
  days?: { starts?: Day; leaves?: Day };
  noSharedData?: boolean;
  description?: string;
  contactEmail?: string;
  apiOnly?: { reason: string; owner: string; reviewOn: Day | null } | null;
}

const YES = new Set(['yes', 'true', '1', 'x', 'ja', 'wahr']);
const NO = new Set(['no', 'false', '0', 'nein', 'falsch']);
// Made once: to make a rule takes longer than to ask it.
const email = userEmail();
const description = optional(5000, 'A description has at most 5,000 characters.');

/** The rules that depend on whose clock is meant; made once for many lines as well. */
export const momentRules = (times: Times) => ({ start: startBy(times), end: endBy(times) });
type MomentRules = ReturnType<typeof momentRules>;

/** Checks each value of a line: what it says, or what is wrong with it, in one sentence for each. */
export function checkRow(row: ImportedRow, moments: MomentRules): { values: RowValues; mistakes: string[] } {
  const { values } = row;
  const mistakes: string[] = row.mistake === undefined ? [] : [row.mistake];
  if (Object.values(values).some((value) => Array.isArray(value) && value.length > MOST_IN_CELL))
    return { values: {}, mistakes: [`A cell holds more than ${MOST_IN_CELL} values.`] };
  const text = (key: keyof typeof values) => values[key] as string | undefined;
  const checked = <T>(schema: z.ZodType<T>, value: unknown): T | undefined => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) mistakes.push(parsed.error.issues[0].message);
    return parsed.data;
  };
  const given = <T>(schema: z.ZodType<T>, value: string | undefined) =>
    value === undefined ? undefined : checked(schema, value);
  const told = <T>(schema: z.ZodType<T>, value: string | undefined) => {
    const parsed = value ? schema.safeParse(value) : undefined;
    if (parsed?.error) mistakes.push(`${quoted(value!)}: ${parsed.error.issues[0].message}`);
    return parsed?.data;
  };
  const dated = <T>(label: string, schema: z.ZodType<T>, value: string | undefined): T | undefined => {
    if (value === undefined) return undefined;
    const parsed = schema.safeParse(value && spokenDay(value));
    if (!parsed.success) mistakes.push(`${label} ${quoted(value)}: ${parsed.error.issues[0].message}`);
    return parsed.data;
  };
  const flag = (key: 'no_shared_data' | 'api_only', label: string): boolean | undefined => {
    const value = text(key);
    // Nobody becomes a person, or sees what is public, by a cell that was left empty.
    if (!value) return undefined;
    const said = value.toLowerCase();
    if (!YES.has(said) && !NO.has(said)) mistakes.push(`${label} ${quoted(value)} is neither yes nor no.`);
    return YES.has(said);
  };
  const apiOnly = flag('api_only', 'API-only');
  const checkedRow: RowValues = {
    name: given(userName, text('name') || undefined),
    email: told(email, text('email')),
    activity: text('activity'),
    groups: values.groups as string[] | undefined,
    ends: endsIn(row, moments.end, mistakes),
    tags: values.tags === undefined ? undefined : checked(tags, (values.tags as string[]).join(',')),
    startsAt: dated('Starts on', moments.start, text('starts')),
    leavesAt: dated('Leaves on', moments.end, text('leaves')),
    days: { starts: dayAlone(text('starts')), leaves: dayAlone(text('leaves')) },
    noSharedData: flag('no_shared_data', 'No shared data'),
    description: given(description, text('description')),
    contactEmail: text('contact_email') || undefined,
    apiOnly:
      apiOnly === undefined
        ? undefined
        : apiOnly
          ? {
              reason: given(programReason, text('api_only_reason')) ?? '',
              owner: text('api_only_owner') ?? '',
              reviewOn: dated('Review date', day, text('api_only_review')) ?? null,
            }
          : null,
  };
  return { values: checkedRow, mistakes };
}

function dayAlone(text = ''): Day | undefined {
  const day = spokenDay(text);
  return isDay(day) ? day : undefined;
}

/** More in one cell are a mistake of whoever made the file, and take long to look up. */
const MOST_IN_CELL = 200;

/** One for each group; a single one is meant for all of them. Without any the memberships have no end. */
function endsIn({ values }: ImportedRow, end: MomentRules['end'], mistakes: string[]): (Instant | null)[] | undefined {
  const groups = (values.groups ?? []) as string[];
  const texts = (values.groups_until ?? []) as string[];
  if (groups.length === 0 || texts.length === 0) return undefined;
  if (texts.length > 1 && texts.length !== groups.length) {
    mistakes.push(`There are ${groups.length} groups, and ${texts.length} days on which they end.`);
    return undefined;
  }
  return groups.map((_, n) => {
    const text = texts.length === 1 ? texts[0] : texts[n];
    const parsed = end.safeParse(spokenDay(text));
    if (!parsed.success) mistakes.push(`Groups until ${quoted(text)}: ${parsed.error.issues[0].message}`);
    return parsed.data ?? null;
  });
}
