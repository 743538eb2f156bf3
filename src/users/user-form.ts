import { z } from 'zod';
import {
  day,
  description,
  emailAddress,
  INVISIBLE,
  id,
  namedGroup,
  optional,
  perhapsEmail,
  programReason,
  tags,
  ticked,
  userEmail,
  userName,
} from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { endBy, keeping, startBy, type Times } from '../forms/moments.ts';
import { picked, type Searches } from '../forms/picker.ts';
import type { Format } from '../text/format.ts';
import type { User } from './user.ts';

const fields = {
  name: userName,
  /** A person cannot be without: what is required with everything else that is. */
  email: perhapsEmail(),
  contactId: id,
  newContactName: optional(200, 'A name has at most 200 characters.').refine(
    (text) => !INVISIBLE.test(text),
    'A name has no invisible or control characters.',
  ),
  newContactEmail: emailAddress(),
  contactSearch: z.string(),
  acceptAccounts: ticked,
  groups: z.array(id).transform((ids) => [...new Set(ids.filter((one) => one !== null))]),
  groupsSearch: z.string(),
  newGroup: namedGroup.refine((text) => !INVISIBLE.test(text), 'A name has no invisible or control characters.'),
  tags,
  noSharedData: ticked,
  apiOnly: ticked,
  apiOnlyReason: programReason,
  apiOnlyOwner: optional(254, 'At most 254 characters.'),
  apiOnlyReviewOn: day,
  description,
};

const form = z.object(fields);

/** With what is meant by the clock of whoever typed it. */
const formBy = (times: Times, { startsAt, leavesAt }: Partial<Pick<User, 'startsAt' | 'leavesAt'>> = {}) =>
  form.extend({ startsAt: startBy(keeping(times, startsAt)), leavesAt: endBy(keeping(times, leavesAt)) });

function requireWhole(values: UserValues, context: z.RefinementCtx): void {
  if (values.contactId !== null && values.newContactName)
    context.addIssue({
      code: 'custom',
      path: ['newContactName'],
      message: 'Choose a contact or create one, not both.',
    });
  if (values.contactSearch.trim() && values.contactId === null && !values.newContactName)
    context.addIssue({
      code: 'custom',
      path: ['contactId'],
      message: 'Choose one of the persons found, or clear the search.',
    });
  if (values.groupsSearch.trim())
    context.addIssue({
      code: 'custom',
      path: ['groups'],
      message: 'Choose one of the groups found, or clear the search.',
    });
  if (!values.apiOnly) {
    if (values.email === null)
      context.addIssue({ code: 'custom', path: ['email'], message: 'Enter an email address.' });
    return;
  }
  const required = {
    apiOnlyReason: 'Say what the integration is for.',
    apiOnlyOwner: 'Name the person who answers for it.',
    apiOnlyReviewOn: 'Say when it is to be reviewed.',
  };
  for (const [field, message] of Object.entries(required))
    if (!values[field as keyof typeof required]) context.addIssue({ code: 'custom', path: [field], message });
}

export type UserValues = z.output<ReturnType<typeof formBy>>;

/**
 * `opened` is the form as it was opened, to tell what somebody else saved meanwhile; `field` is the one that was left;
 * `seen` are the groups of which it was told what they change.
 * `groupsShown` tells a form without any group ticked from a request that says nothing of groups (R62).
 */
const SINGLE = [
  ...Object.keys(fields).filter((name) => name !== 'groups'),
  'startsAt',
  'leavesAt',
  'groupsShown',
  'access',
  'version',
  'opened',
  'seen',
  'field',
  'step',
];

/** In which fields one searches for what fills others. */
export const USER_SEARCHES: Searches = {
  contactId: 'contactSearch',
  groups: 'groupsSearch',
  apiOnlyOwner: 'apiOnlyOwner',
};

/** What was typed into New User or Edit, with what was just taken or dropped there. */
export function typedUser(body: unknown): Typed {
  return picked(typedFields(body, SINGLE, ['groups']), USER_SEARCHES);
}

/** `stored` is the user who is edited. */
export function checkUser(
  typed: Typed,
  times: Times,
  stored?: Pick<User, 'email' | 'startsAt' | 'leavesAt'>,
): FormResult<UserValues> {
  const known = formBy(times, stored);
  const schema = stored ? known.extend({ email: perhapsEmail(stored.email) }) : known;
  return checkForm(schema.superRefine(requireWhole), typed);
}

const names = z.object({ name: userName, email: userEmail() });

/** The least that a user is made from. */
export function checkNames({ name, email }: { name: string; email: string }): FormResult<z.output<typeof names>> {
  return checkForm(names, { name, email });
}

export function emptyUser(): Typed {
  return typedUser({});
}

/** The form as it stands for an existing user. */
export function typedOf(
  user: User,
  details: { groupIds: number[]; tags: string[]; apiOnlyOwner: string },
  format: Format,
): Typed {
  return {
    ...typedUser({}),
    name: user.name,
    email: user.email ?? '',
    contactId: String(user.contactId ?? ''),
    groups: details.groupIds.map(String),
    tags: details.tags.join(', '),
    startsAt: format.typedStart(user.startsAt),
    leavesAt: format.typedEnd(user.leavesAt),
    noSharedData: user.noSharedData ? 'yes' : '',
    apiOnly: user.apiOnly ? 'yes' : '',
    apiOnlyReason: user.apiOnlyReason ?? '',
    apiOnlyOwner: details.apiOnlyOwner,
    apiOnlyReviewOn: user.apiOnlyReviewOn ?? '',
    description: user.description,
    version: String(user.version),
  };
}
