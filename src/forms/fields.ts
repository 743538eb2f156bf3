import { z } from 'zod';
import { isDay } from '../clock.ts';
import { emailMistake, isEmailAddress, readableEmail } from '../text/email-address.ts';
import { identityKey } from '../text/identity-key.ts';
import { normalizedAs, withPlainLines } from '../text/text.ts';

/**
 * What nobody sees, and by which one name could pass for another. Joiners stay: Persian words and many emoji need them,
 * and so do the tags that make flags.
 */
export const INVISIBLE =
  /[\p{Cc}\p{Zl}\p{Zp}\u2800]|(?!\u200C|\u200D|[\uFE00-\uFE0F]|[\u{E0020}-\u{E007F}])[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/** Whether a name can be seen: marks alone would sit on whatever stands before them. */
export function isSeen(text: string): boolean {
  return identityKey(text.replace(/\p{M}+/gu, '')).length > 0;
}

export const cleaned = z.string().transform((text) => normalizedAs('NFC', withPlainLines(text)).trim());
export const optional = (most: number, message: string) => cleaned.refine((text) => !isLonger(text, most), message);

function isLonger(text: string, most: number): boolean {
  return [...text].length > most;
}

/** What is too long is not looked at any further: one letter may stand for eighteen in the key of a name (R81). */
function within(most: number, holds: (text: string) => boolean): (text: string) => boolean {
  return (text) => isLonger(text, most) || holds(text);
}

export const shownName = (
  most: number,
  tooLong = `A name has at most ${most} characters.`,
  missing = 'Enter a name.',
) =>
  optional(most, tooLong)
    .refine(within(most, isSeen), missing)
    .refine(
      within(most, (text) => !INVISIBLE.test(text)),
      'A name has no invisible or control characters.',
    );

const LONGEST_NAME = 200;

export const userName = shownName(LONGEST_NAME, undefined, 'Enter a name to sign in with.').refine(
  within(LONGEST_NAME, (text) => !identityKey(text).includes('@')),
  'A name has no @: with one it would look like an email address.',
);

/** One address, or none; what was stored before the rule was as strict may stay. */
export function emailAddress(stored?: string) {
  const readable = (text: string) => (text === stored ? text : readableEmail(text));
  return cleaned.transform(readable).superRefine((text, context) => {
    if (text === '' || text === stored || (isEmailAddress(text) && !INVISIBLE.test(text))) return;
    context.addIssue({ code: 'custom', message: emailMistake(text) });
  });
}

const LONGEST_EMAIL = 254;

function emailOrNone(stored?: string) {
  return emailAddress(stored).refine(
    (text) => text.length <= LONGEST_EMAIL,
    `An email address has at most ${LONGEST_EMAIL} characters.`,
  );
}

export function userEmail(stored?: string) {
  return emailOrNone(stored).refine((text) => text.length > 0, 'Enter an email address.');
}

/** The same of whom can be without one; null for none. */
export function perhapsEmail(stored?: string | null) {
  return emailOrNone(stored ?? undefined).transform((text) => text || null);
}

const LONGEST_GROUP_NAME = 100;
const GROUP_NAME_TOO_LONG = `A group’s name has at most ${LONGEST_GROUP_NAME} characters.`;

/** What a group is called. */
export const groupName = shownName(LONGEST_GROUP_NAME, GROUP_NAME_TOO_LONG);
/** The name of a group that is meant; empty for none. */
export const namedGroup = optional(LONGEST_GROUP_NAME, GROUP_NAME_TOO_LONG);

/** What a program is for. It is typed in one line, and a browser takes the ends of others out of it. */
export const programReason = optional(500, 'A reason has at most 500 characters.').transform((text) =>
  text.replace(/\n+/g, ' '),
);

export const description = optional(5_000, 'At most 5,000 characters.');

export const NO_DAY = 'Enter a date that exists, as YYYY-MM-DD.';
export const givenDay = z.string().refine(isDay, NO_DAY);
/** The same of what can be left out; null for none. */
export const day = cleaned.refine((text) => text === '' || isDay(text), NO_DAY).transform((text) => text || null);
export const ticked = z.string().transform((text) => text !== '');
export const id = z
  .string()
  .regex(/^\d{0,15}$/, 'Choose one from the list.')
  .transform((text) => (text === '' ? null : Number(text)));

export const LONGEST_TAG = 40;
export const MOST_TAGS = 20;

/** Marks and joiners alone would sit on whatever stands before the tag. */
export const SEEN_IN_TAG = /[^\p{M}\p{Cf}\s]/u;
export const UNSEEN_TAG = 'A tag has at least one character that can be seen.';

export const tags = z
  .string()
  .transform((text) =>
    [...new Set(text.split(',').map((tag) => normalizedAs('NFC', tag).trim().replace(/\s+/g, ' ')))].filter(Boolean),
  )
  .refine((list) => list.length <= MOST_TAGS, `At most ${MOST_TAGS} tags.`)
  .refine((list) => !list.some((tag) => INVISIBLE.test(tag)), 'A tag has no invisible or control characters.')
  .refine((list) => list.every((tag) => SEEN_IN_TAG.test(tag)), UNSEEN_TAG)
  .refine(
    (list) => list.every((tag) => [...tag].length <= LONGEST_TAG),
    `A tag has at most ${LONGEST_TAG} characters.`,
  );
