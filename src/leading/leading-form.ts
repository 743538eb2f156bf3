import { z } from 'zod';
import { userEmail, userName } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { endBy, type Times } from '../forms/moments.ts';
import { identifiersIn, isTooLong, readPeople } from '../text/people/people-list.ts';
import { idsIn } from '../text/record-id.ts';
import { Malformed } from '../verbs/refusals.ts';

/** So many addresses at once: a leader knows each of them. */
const MOST_AT_ONCE = 100;
const TOO_MANY = 'At most 100 at once.';

const invitation = z.object({ name: userName, email: userEmail() });
const additionsBy = (times: Times) =>
  z.object({
    emails: z
      .string()
      .refine((text) => !isTooLong(text), TOO_MANY)
      .transform(emailsIn)
      .refine((emails) => emails.length > 0, 'Enter the system email of somebody.')
      .refine((emails) => emails.length <= MOST_AT_ONCE, TOO_MANY),
    untilAt: endBy(times),
  });

/** The addresses of a list of any kind. What is none is kept where there is nothing else: nobody is told who is known here. */
function emailsIn(text: string): string[] {
  const emails = isTooLong(text) ? [] : readPeople(text).people.flatMap(({ email }) => email || []);
  return emails.length > 0 ? emails : identifiersIn(text);
}

export function typedLeading(body: unknown): Typed {
  return typedFields(body, ['form', 'name', 'email', 'emails', 'untilAt', 'channel'], ['ids']);
}

export function checkInvitation(typed: Typed): FormResult<z.output<typeof invitation>> {
  return checkForm(invitation, typed);
}

/** So many at once, in the rows of a table. */
export interface InvitedRow {
  name: string;
  email: string;
  isKept: boolean;
}

/** The rows of a list that a leader pasted, as they stand in its table. */
export function typedRows(body: unknown): { typed: Typed; rows: InvitedRow[] } {
  const typed = typedFields(body, ['form', 'text', 'channel', 'step'], ['name', 'email', 'keep']);
  const [names, emails, kept] = [typed.name, typed.email, typed.keep].map((one) => [one].flat());
  if (names.length !== emails.length) throw new Malformed('The rows of the table are not whole.');
  return { typed, rows: names.map((name, n) => ({ name, email: emails[n], isKept: kept.includes(String(n)) })) };
}

/** The people of a text, called as they are, or after their addresses; or what is wrong with it. */
export function readRows(text: string): { rows: InvitedRow[]; error?: string } {
  if (isTooLong(text)) return { rows: [], error: TOO_MANY };
  const people = readPeople(text).people.filter(({ email }) => email !== '');
  if (people.length === 0) return { rows: [], error: 'There is no email address in it.' };
  if (people.length > MOST_AT_ONCE) return { rows: [], error: TOO_MANY };
  return { rows: people.map(({ name, email }) => ({ name: name || email.split('@')[0], email, isKept: true })) };
}

export function checkAdditions(typed: Typed, times: Times): FormResult<z.output<ReturnType<typeof additionsBy>>> {
  return checkForm(additionsBy(times), typed);
}

export function checkEnd(typed: Typed, times: Times): FormResult<{ untilAt: string | null }> {
  return checkForm(z.object({ untilAt: endBy(times) }), typed);
}

/** The ids that were ticked; what is no id was sent by no form of ours and is passed over. */
export function tickedIn(typed: Typed): number[] {
  return idsIn([typed.ids].flat());
}
