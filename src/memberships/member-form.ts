import { z } from 'zod';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { endBy, type Times } from '../forms/moments.ts';
import { picked, type Searches } from '../forms/picker.ts';
import { membersIn } from '../text/people/people-list.ts';
import { isId, RECORD_ID } from '../text/record-id.ts';

/** As many as a set-wise change takes without holding up others. */
export const MOST_AT_ONCE = 5_000;

const fields = {
  ids: z.array(z.string().regex(RECORD_ID)).transform((ids) => [...new Set(ids.map(Number))]),
  /** Names and system emails, one per line or separated by commas or semicolons. */
  list: z
    .string()
    .transform(membersIn)
    .refine((list) => list.length <= MOST_AT_ONCE, 'At most 5,000 at once.'),
  acceptUnknown: z.string().transform((text) => text !== ''),
};

const completeBy = (times: Times) => z.object({ ...fields, untilAt: endBy(times) });

export type MemberValues = z.output<ReturnType<typeof completeBy>>;

/** In which fields one searches for what fills others. */
export const MEMBER_SEARCHES: Searches = { ids: 'idsSearch' };

/** What was ticked, taken or typed on the pages about members; `confirmed` says that the sheet was read. */
export function typedMembers(body: unknown): Typed {
  const typed = typedFields(body, ['list', 'untilAt', 'acceptUnknown', 'confirmed', 'idsSearch', 'step'], ['ids']);
  // One by one, as boxes send them, or many in one field: a form holds only so many fields.
  const chosen = picked({ ...typed, ids: [typed.ids].flat().flatMap((text) => text.split(',')) }, MEMBER_SEARCHES);
  return { ...chosen, ids: [chosen.ids].flat().filter(isId) };
}

export function checkMembers(typed: Typed, times: Times): FormResult<MemberValues> {
  return checkForm(completeBy(times), typed);
}
