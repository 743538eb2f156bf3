import { z } from 'zod';
import { cleaned, id } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { endBy, type Times } from '../forms/moments.ts';
import type { Asked } from './access-request.ts';

const LONGEST = 1000;
const words = cleaned.refine((text) => [...text].length <= LONGEST, 'At most 1,000 characters.');

/** What of a group or a right stands in the form. */
const ASKED = /^(?:group (?<groupId>[1-9]\d{0,14})|(?<level>read|write) (?<application>\S{1,100}))$/;

const asked = z.string().transform((text, context): Asked => {
  const found = ASKED.exec(text)?.groups;
  if (found?.groupId) return { groupId: Number(found.groupId) };
  if (found) return { application: found.application, level: found.level as 'read' | 'write' };
  context.addIssue({ code: 'custom', message: 'Choose what you need.' });
  return z.NEVER;
});

/** The same as one text. */
export function askedText(one: Asked): string {
  return 'groupId' in one ? `group ${one.groupId}` : `${one.level} ${one.application}`;
}

const asking = (times: Times) =>
  z.object({ asked, reason: words.refine((text) => text !== '', 'Say what you need it for.'), untilAt: endBy(times) });

export function typedAsking(body: unknown): Typed {
  return typedFields(body, ['asked', 'reason', 'untilAt']);
}

export function checkAsking(typed: Typed, times: Times): FormResult<z.output<ReturnType<typeof asking>>> {
  return checkForm(asking(times), typed);
}

const giving = (times: Times) => z.object({ answer: z.literal('give'), groupId: id, untilAt: endBy(times), words });
const refusing = z.object({
  answer: z.literal('refuse'),
  words: words.refine((text) => text !== '', 'Say why not: it is mailed with the answer.'),
});

export type Decision = z.output<ReturnType<typeof giving>> | z.output<typeof refusing>;

export function typedDecision(body: unknown): Typed {
  return typedFields(body, ['answer', 'groupId', 'untilAt', 'words']);
}

export function checkDecision(typed: Typed, times: Times): FormResult<Decision> {
  if (typed.answer === 'give') return checkForm<Decision>(giving(times), typed);
  return checkForm<Decision>(refusing, { ...typed, answer: 'refuse' });
}
