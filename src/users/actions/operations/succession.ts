import { z } from 'zod';
import type { Choices, OfferingAction } from '../../../bulk-operations/asking-action.ts';
import type { Reader } from '../../../db/database.ts';
import { optional } from '../../../forms/fields.ts';
import { checkForm, FieldErrors } from '../../../forms/form.ts';
import { NOTES_ON_LEFT } from '../../../leaving/actions/left-in-short.ts';
import { counted } from '../../../text/text.ts';
import type { BulkAction, Facts, Written } from '../../../verbs/action.ts';
import { joined } from '../../../verbs/notes.ts';
import { allowed, inapplicable, leaveOut } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { findUsers } from '../../user-store.ts';
import { ownerName, withOwner } from '../changing/program-owner.ts';
import { programFact, programOf } from '../changing/user-facts.ts';
import { notesOnSucceeded, programsIn } from '../notes-on-leavers.ts';
import { handOverPrograms, orphansOf } from '../owned-programs.ts';
import { PROVISIONED } from '../provisioned-notes.ts';

/** Somebody goes, and may leave the programs that they answer for to somebody else. */
export function withSuccession(action: BulkAction<Subject>): OfferingAction<Subject> {
  const { name, label, icon, isDangerous } = action;
  return {
    ...action,
    notes: joined(action.notes!, NOTES_ON_LEFT),
    offers: {
      name,
      label,
      icon,
      isDangerous,
      asks: [
        {
          kind: 'user',
          field: 'newOwner',
          label: 'Who answers for their programs from now on',
          help: 'Name or system email. Empty: nobody does, and they are listed as orphaned.',
        },
      ],
      offered: (counts) => (programsIn(counts) > 0 ? 'Name who answers for these programs' : undefined),
      check: (typed) => checkForm(z.object({ newOwner: optional(254, 'At most 254 characters.') }), typed),
      resolve: successor,
      chosen: async (db, choices) => (choices.ownerId === undefined ? action : succeeded(db, action, choices)),
    },
  };
}

async function successor(db: Reader, _by: unknown, { newOwner }: Choices): Promise<Choices> {
  if (!newOwner) return {};
  try {
    const { ownerId } = await withOwner(db, { apiOnlyOwner: newOwner });
    return { newOwner, ownerId };
  } catch (error) {
    if (error instanceof FieldErrors) throw new FieldErrors({ newOwner: error.errors.apiOnlyOwner });
    throw error;
  }
}

async function succeeded(db: Reader, action: BulkAction<Subject>, choices: Choices): Promise<BulkAction<Subject>> {
  const ownerId = Number(choices.ownerId);
  const heir = await ownerName(db, { apiOnlyOwner: choices.newOwner, ownerId });
  return {
    ...action,
    bulk: {
      ...action.bulk,
      consequence: `${action.bulk.consequence} ${heir} answers for their programs from now on.`,
    },
    notes: joined(notesOnSucceeded(heir), NOTES_ON_LEFT, PROVISIONED),
    refusalOf: (viewer, subject) =>
      action.refusalOf(viewer, subject) ??
      (subject.id === ownerId ? inapplicable('is to answer for the programs: name somebody else') : undefined),
    async refuseAmong(reader, judge, outcomes) {
      await action.refuseAmong?.(reader, judge, outcomes);
      const [owner] = await findUsers(reader, [ownerId]);
      if (owner?.activity === 'active' && !owner.apiOnly) return;
      const owning = new Set((await orphansOf(reader, allowed(outcomes))).map((program) => program.ownerId));
      leaveOut(outcomes, ({ id }) =>
        owning.has(id) ? inapplicable(`answers for programs, and ${heir} cannot any more`) : undefined,
      );
    },
    async perform(trx, act, subjects) {
      const handed = await handOverPrograms(trx, act, subjects, ownerId);
      const written = await action.perform(trx, act, subjects);
      return new Map([...written].map(([id, one]) => [id, withPrograms(one, handed.get(id) ?? [], id, ownerId)]));
    },
    was: (before, format) => {
      const number = Object.keys(before).filter((field) => programOf(field) !== undefined).length;
      const was = action.was(before, format);
      return number > 0 ? `${was}, answered for ${counted(number, 'program')}` : was;
    },
  };
}

function withPrograms({ before, after }: Written, programs: number[], from: number, to: number): Written {
  const facts = (ownerId: number): Facts => Object.fromEntries(programs.map((id) => [programFact(id), ownerId]));
  return { before: { ...before, ...facts(from) }, after: { ...after, ...facts(to) } };
}
