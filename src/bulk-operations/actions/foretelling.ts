import type { Transaction } from '../../db/database.ts';
import { findNewestEntry } from '../../facets/following/feed.ts';
import type { Foretold } from '../../facets/following/foretold.ts';
import { findTagIds } from '../../tags/tag-store.ts';
import type { UserDeed } from '../../users/list/user-holding.ts';
import { USER_CHANGES } from '../../users/list/user-index.ts';
import type { Facts, Performed, Subjected } from '../../verbs/action.ts';
import { tagOf } from '../../verbs/facts.ts';
import type { SubjectType } from '../bulk-operation.ts';

/** Tells the list of users whom a transaction took out, or gave other tags: of these it then need not read what stays as it was. */
export class Foretelling {
  readonly #deeds = new Map<number, UserDeed>();
  /** What was written of the tags of those who have others. */
  readonly #tagged = new Map<number, Facts>();
  readonly #after: number;

  constructor(after: number) {
    this.#after = after;
  }

  /** Of what is written from now on; undefined where it is not done to users. */
  static async from(trx: Transaction, subjectType: SubjectType): Promise<Foretelling | undefined> {
    return subjectType === 'user' ? new Foretelling(await findNewestEntry(trx, USER_CHANGES)) : undefined;
  }

  note(performed: Performed<Subjected>[]): void {
    for (const { subject, written } of performed) {
      if (!written) continue;
      const { before, after } = written;
      const { activity } = after;
      const fields = Object.keys({ ...before, ...after });
      if ((activity === 'deactivated' || activity === 'deleted') && fields.length === 1)
        this.#deeds.set(subject.id, { activity, entries: 1 });
      // Of an end of sessions, for one, there is something that stands in no fact afterwards.
      else if (Object.keys(after).length > 0 && fields.every((field) => tagOf(field) !== undefined))
        this.#tagged.set(subject.id, after);
    }
  }

  /** Up to now. */
  async told(trx: Transaction): Promise<Foretold<UserDeed>> {
    await this.#tellOfTags(trx);
    return { after: this.#after, upTo: await findNewestEntry(trx, USER_CHANGES), deeds: this.#deeds };
  }

  /** One entry is that of the user, and one that of each tag. */
  async #tellOfTags(trx: Transaction): Promise<void> {
    const fields = new Set([...this.#tagged.values()].flatMap((facts) => Object.keys(facts)));
    const ids = await findTagIds(
      trx,
      [...fields].map((field) => tagOf(field)!),
    );
    for (const [id, facts] of this.#tagged) {
      const come: number[] = [];
      const gone: number[] = [];
      for (const field of Object.keys(facts)) (facts[field] === true ? come : gone).push(ids.get(tagOf(field)!)!);
      this.#deeds.set(id, { come, gone, entries: 1 + come.length + gone.length });
    }
  }
}
