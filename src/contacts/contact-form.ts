import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { description, INVISIBLE, namedGroup, optional, shownName, tags } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { picked, type Searches } from '../forms/picker.ts';
import { isEmailAddress, probableEmail, readableEmail } from '../text/email-address.ts';
import { quoted } from '../text/quoted.ts';
import { idIn, isId } from '../text/record-id.ts';
import { normalizedAs } from '../text/text.ts';
import { ACCOUNT_TYPES, type Contact, type ContactKind, type ContactViewer, firstOwner, isPublic } from './contact.ts';

const MOST_OF_A_KIND = 20;

/** One per line. */
const lines = z.string().transform((text) => [
  ...new Set(
    normalizedAs('NFC', text)
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim())
      .filter(Boolean),
  ),
]);

const visible = (most: number, message: string) =>
  optional(most, message).refine((text) => !INVISIBLE.test(text), 'This has invisible or control characters.');

/** One address per line; those that were stored before the rule was as strict may stay. */
function emailAddresses(stored: string[] = []) {
  return lines
    .transform((all) => [...new Set(all.map((one) => (stored.includes(one) ? one : readableEmail(one))))])
    .refine((all) => all.length <= MOST_OF_A_KIND, `At most ${MOST_OF_A_KIND} emails.`)
    .superRefine((all, context) => {
      const wrong = all.find((one) => !stored.includes(one) && (!isEmailAddress(one) || INVISIBLE.test(one)));
      if (wrong === undefined) return;
      const probable = probableEmail(wrong);
      const message = probable
        ? `${quoted(wrong)} is no email address. Did you mean ${probable}?`
        : `${quoted(wrong)} is no email address. Enter one per line, such as maria@example.com.`;
      context.addIssue({ code: 'custom', message });
    });
}

const fields = {
  kind: z.enum(['person', 'company']).catch('person'),
  name: shownName(200),
  emails: emailAddresses(),
  phones: lines
    .refine((all) => all.length <= MOST_OF_A_KIND, `At most ${MOST_OF_A_KIND} phones.`)
    .refine((all) => !all.some((one) => INVISIBLE.test(one)), 'A phone number has no invisible or control characters.')
    .refine(
      (all) => all.every((one) => [...one].length <= 60 && /\d/.test(one)),
      'Enter one phone number per line, with at most 60 characters and some digits.',
    ),
  address: optional(500, 'An address has at most 500 characters.'),
  position: visible(200, 'A position has at most 200 characters.'),
  companyId: z
    .string()
    .refine((text) => text === '' || isId(text), 'Choose one from the list.')
    .transform((text) => idIn(text) ?? null),
  companySearch: z.string(),
  accounts: z.array(z.string()).transform((chosen) => ACCOUNT_TYPES.filter((type) => chosen.includes(type))),
  owner: z.enum(['public', 'private', 'group'], 'Choose whose the contact is.'),
  /** Name or system email; empty for oneself. */
  ownerUser: optional(254, 'At most 254 characters.'),
  ownerGroup: namedGroup,
  tags,
  description,
  /** Made anew for each new form, so that one which is sent twice makes one contact. */
  formKey: z.string().transform((text) => (/^[\w-]{20,40}$/.test(text) ? text : null)),
};

const form = z.object(fields);

function requireWhole(values: z.output<typeof form>, context: z.RefinementCtx): void {
  if (values.owner === 'group' && !values.ownerGroup)
    context.addIssue({ code: 'custom', path: ['ownerGroup'], message: 'Name the group that owns it.' });
  if (values.companySearch.trim() && values.companyId === null)
    context.addIssue({
      code: 'custom',
      path: ['companyId'],
      message: 'Choose one of the companies found, or clear the search.',
    });
}

const complete = form.superRefine(requireWhole);

export type ContactValues = z.output<typeof complete>;

/** `opened` is the form as it was opened, to tell what somebody else saved meanwhile. */
const SINGLE = [...Object.keys(fields).filter((name) => name !== 'accounts'), 'version', 'opened', 'step'];

/** In which fields one searches for what fills others. */
export const CONTACT_SEARCHES: Searches = {
  companyId: 'companySearch',
  ownerUser: 'ownerUser',
  ownerGroup: 'ownerGroup',
};

/** What was typed into New Person, New Company or Edit, with what was just taken or dropped there. */
export function typedContact(body: unknown): Typed {
  return picked(typedFields(body, SINGLE, ['accounts']), CONTACT_SEARCHES);
}

/** `stored` is the contact that is edited. */
export function checkContact(typed: Typed, stored?: { emails: string[] }): FormResult<ContactValues> {
  const schema = stored ? form.extend({ emails: emailAddresses(stored.emails) }).superRefine(requireWhole) : complete;
  return checkForm(schema, typed);
}

export function emptyContact(kind: ContactKind, viewer: ContactViewer): Typed {
  const owner = isPublic(firstOwner(viewer)) ? 'public' : 'private';
  return { ...typedContact({}), kind, owner, formKey: randomBytes(18).toString('base64url') };
}

/** The form as it stands for an existing contact. */
export function typedOf(contact: Contact, tagNames: string[], viewer: ContactViewer): Typed {
  const { ownerUserId, ownerGroupId } = contact;
  const ofUser = ownerUserId !== null && ownerUserId !== viewer.id;
  return {
    ...typedContact({}),
    kind: contact.kind,
    name: contact.name,
    emails: contact.emails.join('\n'),
    phones: contact.phones.join('\n'),
    address: contact.address,
    position: contact.position,
    companyId: String(contact.companyId ?? ''),
    accounts: contact.accounts,
    owner: isPublic(contact) ? 'public' : ownerGroupId === null ? 'private' : 'group',
    ownerUser: ofUser ? (contact.ownerName ?? '') : '',
    ownerGroup: ownerGroupId === null ? '' : (contact.ownerName ?? ''),
    tags: tagNames.join(', '),
    description: contact.description,
    version: String(contact.version),
  };
}
