import { z } from 'zod';
import { ACCOUNT_TYPES } from '../../contacts/contact.ts';
import { description, emailAddress, INVISIBLE, optional, shownName } from '../../forms/fields.ts';
import { id, tags } from '../users/user-fields.ts';

const MOST_OF_A_KIND = 20;

const visible = (most: number, message: string) =>
  optional(most, message).refine((text) => !INVISIBLE.test(text), 'This has invisible or control characters.');

const fields = {
  name: shownName(200),
  emails: z
    .array(emailAddress().refine((text) => text !== '', 'Enter an email address.'))
    .max(MOST_OF_A_KIND, `At most ${MOST_OF_A_KIND} emails.`)
    .transform((all) => [...new Set(all)]),
  phones: z
    .array(
      visible(60, 'A phone number has at most 60 characters.').refine(
        (text) => /\d/.test(text),
        'A phone number has some digits.',
      ),
    )
    .max(MOST_OF_A_KIND, `At most ${MOST_OF_A_KIND} phones.`)
    .transform((all) => [...new Set(all)]),
  address: optional(500, 'An address has at most 500 characters.'),
  position: visible(200, 'A position has at most 200 characters.').describe('Of a person.'),
  companyId: id.nullable().describe('Of a person.'),
  accounts: z.array(z.enum(ACCOUNT_TYPES, `It is one of ${ACCOUNT_TYPES.join(', ')}.`)).max(ACCOUNT_TYPES.length),
  owner: z
    .strictObject({ type: z.enum(['public', 'user', 'group']), id: id.nullable().optional() })
    .describe('Whose it is: everybody’s, or that of a user or a group, which is named by its id.'),
  tags,
  description,
};

/** What is to be different; what is left out stays (RFC 7396). */
export const CONTACT_CHANGE = z.strictObject(fields).partial().meta({ id: 'ContactChange' });

export const NEW_CONTACT = z
  .strictObject(fields)
  .partial()
  .required({ name: true })
  .extend({ kind: z.enum(['person', 'company'], 'It is person or company.') })
  .meta({ id: 'NewContact' });
