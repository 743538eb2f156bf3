import { z } from 'zod';
import {
  description,
  givenDay,
  INVISIBLE,
  LONGEST_TAG,
  MOST_TAGS,
  perhapsEmail,
  programReason,
  SEEN_IN_TAG,
  UNSEEN_TAG,
  userName,
} from '../../forms/fields.ts';
import { endBy, startBy } from '../../forms/moments.ts';
import { format } from '../../text/format.ts';
import { normalizedAs } from '../../text/text.ts';

export const id = z.int().positive().max(999_999_999_999_999);
/** Null says that there is none: a text that was left empty by mistake would come to mean for ever. */
const said = z.string().refine((text) => text.trim() !== '', { error: 'Say a moment, or null for none.', abort: true });
/** With a zone; a day alone ends in UTC. */
const end = said
  .pipe(endBy(format))
  .describe('A moment to the minute, with its zone; a day alone is meant until its end in UTC.');
const start = said
  .pipe(startBy(format))
  .describe('A moment to the minute, with its zone; a day alone is meant from its beginning in UTC.');
export const tag = z
  .string()
  .transform((text) => normalizedAs('NFC', text).trim().replace(/\s+/g, ' '))
  .refine((text) => !INVISIBLE.test(text), 'A tag has no invisible or control characters.')
  .refine((text) => text === '' || SEEN_IN_TAG.test(text), UNSEEN_TAG)
  .refine((text) => text !== '' && [...text].length <= LONGEST_TAG && !/,/.test(text), {
    error: `A tag has from 1 to ${LONGEST_TAG} characters, and no comma.`,
  });

export const tags = z.array(tag).max(MOST_TAGS, `At most ${MOST_TAGS} tags.`);

const fields = {
  name: userName,
  email: perhapsEmail().nullable(),
  contactId: id.nullable(),
  acceptsAccounts: z.boolean().describe('That the contact is a customer’s or a supplier’s was read.'),
  groups: z.array(id).max(200).describe('All that they are to be in; those that grant more than you hold stay.'),
  tags,
  startsAt: start.nullable().describe('Before it they are let in not yet.'),
  leavesAt: end.nullable().describe('From it on they are let in no more.'),
  noSharedData: z.boolean(),
  apiOnly: z
    .strictObject({
      reason: programReason.refine(Boolean, 'Say what it is for.'),
      ownerId: id,
      reviewOn: givenDay.meta({ format: 'date' }),
    })
    .nullable()
    .describe('Null for a person.'),
  description,
};

/** What is to be different; what is left out stays (RFC 7396). */
export const USER_CHANGE = z.strictObject(fields).partial().meta({ id: 'UserChange' });

export const NEW_USER = z
  .strictObject(fields)
  .partial()
  .required({ name: true })
  .extend({ invite: z.boolean().optional().describe('Whether an invitation is mailed at once.') })
  .meta({ id: 'NewUser' });

export const MEMBERSHIP = z
  .strictObject({
    until: end
      .nullable()
      .optional()
      .describe('Null for no end. Left out, who is in the group already stays in it for as long as before.'),
  })
  .meta({ id: 'Membership' });
