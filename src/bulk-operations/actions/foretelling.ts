import type { Transaction } from '../../db/database.ts';
import { findNewestEntry } from '../../facets/following/feed.ts';
import type { Foretold } from '../../facets/following/foretold.ts';
import type { Ended } from '../../users/list/user-holding.ts';
import { USER_CHANGES } from '../../users/list/user-index.ts';
import type { Performed, Subjected } from '../../verbs/action.ts';
import type { SubjectType } from '../bulk-operation.ts';

/** Tells the list of users whom a transaction took out, of whom it then need not read what stays as it was. */
export class Foretelling {
  readonly #deeds = new Map<number, Ended>();
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
      const { activity, ...others } = written.after;
      if ((activity === 'deactivated' || activity === 'deleted') && Object.keys(others).length === 0)
        this.#deeds.set(subject.id, activity);
    }
  }

  /** Up to now. */
  async told(trx: Transaction): Promise<Foretold<Ended>> {
    return { after: this.#after, upTo: await findNewestEntry(trx, USER_CHANGES), deeds: this.#deeds };
  }
}
