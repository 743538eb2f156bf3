import type { Performed, Subjected, Written } from '../../verbs/action.ts';
import { isMade, writtenOfMade } from '../../verbs/facts.ts';

/** What several verbs wrote into the same records, told as one. */
export class Writing<Subject extends Subjected> {
  readonly #written = new Map<number, Written>();

  /** One that was not there before: what comes after belongs to its making. */
  made(id: number): void {
    this.#written.set(id, writtenOfMade());
  }

  took(performed: Performed<Subject>[]): void {
    for (const { subject, written } of performed) if (written) this.#add(subject.id, written);
  }

  /** For each, with the record as it is now. */
  async performed(find: (ids: number[]) => Promise<Subject[]>): Promise<Performed<Subject>[]> {
    const subjects = await find([...this.#written.keys()]);
    return subjects.map((subject) => ({ subject, written: this.#written.get(subject.id) }));
  }

  #add(id: number, { before, after }: Written): void {
    const known = this.#written.get(id);
    if (known && isMade(known.before)) known.after = 'activity' in after ? { activity: after.activity } : known.after;
    else if (known)
      this.#written.set(id, { before: { ...before, ...known.before }, after: { ...known.after, ...after } });
    else if (Object.keys(after).length > 0) this.#written.set(id, { before, after });
  }
}
