import { z } from 'zod';
import { cleaned } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { endBy, type Times } from '../forms/moments.ts';

const member = (mistake: string) =>
  cleaned.refine((text) => text !== '', mistake).refine((text) => text.length <= 254, 'At most 254 characters.');

const successor = z.object({ leader: member('Enter who is to lead the group.') });
const deputyBy = (times: Times) =>
  z.object({ deputy: member('Enter who is to be the deputy.'), untilAt: endBy(times) });

export function typedLead(body: unknown): Typed {
  return typedFields(body, ['leader', 'deputy', 'untilAt']);
}

export function checkSuccessor(typed: Typed): FormResult<z.output<typeof successor>> {
  return checkForm(successor, typed);
}

export function checkDeputy(typed: Typed, times: Times): FormResult<z.output<ReturnType<typeof deputyBy>>> {
  return checkForm(deputyBy(times), typed);
}
