import type { AskingAction } from '../../bulk-operations/asking-action.ts';
import { counted } from '../../text/text.ts';
import { keepLastAdministrator } from '../../users/actions/activity-change.ts';
import { programOf } from '../../users/actions/changing/user-facts.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { PROVISIONED } from '../../users/actions/provisioned-notes.ts';
import { administered } from '../../users/actions/user-action.ts';
import type { Subject } from '../../users/user.ts';
import type { BulkAction, Facts, Written } from '../../verbs/action.ts';
import { allowed, forbidden, inapplicable, leaveOut } from '../../verbs/outcome.ts';
import { type Decisions, LEAVE } from '../left-kind.ts';
import { decisionsIn, decisionsInWords, stepsFor } from './decisions.ts';
import { FACTS_LEFT, factLeftOf } from './facts-left.ts';
import { PRIVATE_CONTACTS } from './private-contacts.ts';
import { SCHEDULED_CHANGES } from './scheduled-changes.ts';
import { tellOfLeaving } from './telling-of-leaving.ts';

/** Somebody goes, and what they leave behind becomes what was decided of it. It has a page of its own, on which that is done. */
export const LEAVING: AskingAction<Subject> = {
  name: LEAVE,
  label: 'Leave and hand over',
  icon: 'sign-out',
  isDangerous: true,
  asks: [],
  check: () => ({ errors: { form: 'It is decided on the page Leaving of a user.' } }),
  async chosen(db, choices) {
    const decisions = decisionsIn(choices);
    return leaving(decisions, await decisionsInWords(db, decisions));
  },
};

function leaving(decisions: Decisions, words: string[]): BulkAction<Subject> {
  return {
    name: LEAVE,
    label: 'Leave and hand over',
    icon: 'sign-out',
    isDangerous: true,
    ...(weighsMuch(decisions) && { demandsProof: true }),
    bulk: {
      button: (number) => `Let ${counted(number, 'user')} leave`,
      done: (number) => `${counted(number, 'user')} left.`,
      consequence: [
        'They can no longer sign in; sessions and links end at once. An end that is set for them holds by itself.',
        ...words,
      ].join(' '),
    },
    refusalOf: administered((_subject, isSelf) =>
      isSelf ? forbidden('is yourself: nobody deactivates themself') : undefined,
    ),
    async refuseAmong(db, judge, outcomes) {
      await keepLastAdministrator(db, judge, outcomes);
      for (const subject of allowed(outcomes).filter(({ activity }) => activity !== 'active')) {
        const steps = await stepsFor(db, judge, subject, decisions);
        leaveOut(outcomes, ({ id }) =>
          id === subject.id && steps.length === 0 ? inapplicable('leaves nothing behind that would change') : undefined,
        );
      }
    },
    async perform(trx, act, subjects) {
      const written = new Map<number, Written>();
      for (const subject of subjects) {
        const one: Written = { before: {}, after: {} };
        const steps = await stepsFor(trx, act, subject, decisions);
        for (const { kind, deed, things, shares } of steps) {
          const { before, after } =
            deed === 'end'
              ? await kind.end!(trx, act, subject, things)
              : await kind.handOver!(trx, act, subject, shares);
          Object.assign(one.before, before);
          Object.assign(one.after, after);
        }
        await tellOfLeaving(trx, act, subject, { steps });
        written.set(subject.id, one);
      }
      const active = subjects.filter(({ activity }) => activity === 'active');
      if (active.length === 0) return written;
      for (const [id, { before, after }] of await DEACTIVATION.perform(trx, act, active)) {
        const one = written.get(id)!;
        written.set(id, { before: { ...before, ...one.before }, after: { ...after, ...one.after } });
      }
      return written;
    },
    notes: PROVISIONED,
    was,
    events: {},
  };
}

/**
 * Whether only somebody decides so who has shown lately that it is they (R54): others get to see what was one person's alone, or changes are
 * done, or not done, for which nobody was asked yet.
 */
function weighsMuch(decisions: Decisions): boolean {
  const deedOf = ({ name }: { name: string }) => decisions[name]?.deed ?? 'keep';
  return deedOf(PRIVATE_CONTACTS) === 'hand-over' || deedOf(SCHEDULED_CHANGES) !== 'keep';
}

/** "was active, led 2 groups, owned 3 private contacts". */
function was(before: Facts): string {
  const fields = Object.keys(before);
  const programs = fields.filter((field) => programOf(field) !== undefined).length;
  const parts = FACTS_LEFT.flatMap((fact) => {
    const number = fields.filter((field) => factLeftOf(field)?.fact === fact).length;
    return number > 0 ? [`${fact.verb} ${counted(number, fact.noun)}`] : [];
  });
  return [
    ...(before.activity === undefined ? [] : [`was ${before.activity}`]),
    ...(programs > 0 ? [`answered for ${counted(programs, 'program')}`] : []),
    ...parts,
  ].join(', ');
}
