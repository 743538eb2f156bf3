import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal } from '../../audit/pages/refusal-recording.ts';
import type { Group } from '../../groups/group.ts';
import { counted, shortened } from '../../text/text.ts';
import type { Refusal } from '../../verbs/outcome.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { type Flash, flash } from '../../web/flash.ts';

const NAMES_SHOWN = 10;

/** What was done to members of a group: "removed from". */
interface Told {
  group: Group;
  outcomes: { subject: { name: string }; refusal?: Refusal }[];
  done: string;
}

/**
 * Says on the next page for how many members something was done, what else there is to say of it, and who was left out and why. Throws
 * Forbidden where the viewer might change none of them.
 */
export async function tellOutcomes(
  app: AppContext,
  req: Request,
  { group, outcomes, done }: Told,
  more: Omit<Flash, 'message'> & { also?: string } = {},
): Promise<void> {
  const left = outcomes.filter((outcome) => outcome.refusal);
  const reasons = shortened(
    left.map(({ subject, refusal }) => `${subject.name} ${refusal!.reason}`),
    NAMES_SHOWN,
  );
  const isForbidden = left.some(({ refusal }) => refusal!.kind === 'forbidden');
  const number = outcomes.length - left.length;
  if (number === 0 && isForbidden) throw new Forbidden(`${reasons}.`);
  if (isForbidden) await recordRefusal(app, req, `Left out: ${reasons}`);
  const { also, ...kept } = more;
  const said = [
    number > 0
      ? `${counted(number, 'user')} ${number === 1 ? 'was' : 'were'} ${done} ${group.name}.`
      : 'Nothing changed.',
    also ?? '',
    left.length > 0 ? `Left out: ${reasons}.` : '',
  ];
  flash(req, said.filter(Boolean).join(' '), kept);
}
