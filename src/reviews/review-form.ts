import { z } from 'zod';
import { INVISIBLE, isSeen, optional } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { endBy, type Times } from '../forms/moments.ts';
import { ANSWERS, type Answer, SILENCES } from './review.ts';

const MOST_DAYS = 365;
const MOST_NAMED = 50;
const NO_DAYS = `Enter a number of days from 1 to ${MOST_DAYS}.`;

const reviewBy = (times: Times) =>
  z
    .object({
      question: optional(200, 'A question has at most 200 characters.')
        .refine(isSeen, 'Enter a question.')
        .refine((text) => !INVISIBLE.test(text), 'A question has no invisible or control characters.'),
      asks: z.enum(['leaders', 'named'], 'Choose who is asked.'),
      named: z
        .string()
        .transform(namesIn)
        .refine((names) => names.length <= MOST_NAMED, `At most ${MOST_NAMED} people.`),
      dueAt: endBy(times).refine((moment) => moment !== null, 'Enter a day.'),
      silence: z.enum(SILENCES, 'Choose what silence means.'),
      silenceDays: z.string(),
      repeats: z.string().transform((text) => text !== ''),
    })
    .superRefine((values, context) => {
      const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
      if (values.asks === 'named' && values.named.length === 0) complain('named', 'Enter who is asked.');
      if (values.silence === 'deactivation' && !isDays(values.silenceDays)) complain('silenceDays', NO_DAYS);
    })
    .transform((values) => ({
      ...values,
      dueAt: values.dueAt!,
      silenceDays: isDays(values.silenceDays) ? Number(values.silenceDays) : 0,
    }));

export type ReviewValues = z.output<ReturnType<typeof reviewBy>>;

export function typedReview(body: unknown): Typed {
  return typedFields(body, ['view', 'question', 'asks', 'named', 'dueAt', 'silence', 'silenceDays', 'repeats']);
}

export function checkReview(typed: Typed, times: Times): FormResult<ReviewValues> {
  return checkForm(reviewBy(times), typed);
}

/** What is said of each of these people, as their rows send it; of whom nothing is said is missing. */
export function givenIn(body: unknown, ids: number[]): Map<number, { answer: Answer; groupId: number | null }> {
  const typed = typedFields(body, ids.map(fieldOf));
  const given = new Map<number, { answer: Answer; groupId: number | null }>();
  for (const id of ids) {
    const [answer, group] = typed[fieldOf(id)].split('-');
    if (!isAnswer(answer)) continue;
    const groupId = answer === 'remove' ? Number(group) : null;
    if (groupId === null || Number.isSafeInteger(groupId)) given.set(id, { answer, groupId });
  }
  return given;
}

export const fieldOf = (id: number) => `answer-${id}`;

function isAnswer(text: string): text is Answer {
  return ANSWERS.some((one) => one === text);
}

function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\n\r,;]+/).map((name) => name.trim()))].filter(Boolean);
}

function isDays(text: string): boolean {
  return /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MOST_DAYS;
}
