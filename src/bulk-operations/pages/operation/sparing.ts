/** So many times as long as an answer took to find it is given again. */
const AGAIN = 20;
/** What takes no longer is found out each time, in milliseconds. */
const SHORT = 250;
/** So many answers are known. */
const MOST = 50;

interface Answer<T> {
  found: Promise<T>;
  /** In milliseconds. */
  until: number;
}

/** Finds out anew what takes long only after a multiple of the time that it took; whoever asks meanwhile waits for the same. */
export class Sparing<T> {
  readonly #answers = new Map<string, Answer<T>>();
  readonly #now: () => number;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  async ask(question: string, find: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question);
    if (known && this.#now() < known.until) return known.found;
    const since = this.#now();
    const answer = { found: find(), until: Number.POSITIVE_INFINITY };
    this.#answers.delete(question);
    this.#answers.set(question, answer);
    if (this.#answers.size > MOST) this.#answers.delete(this.#answers.keys().next().value!);
    try {
      const found = await answer.found;
      const took = this.#now() - since;
      answer.until = this.#now() + (took > SHORT ? AGAIN * took : 0);
      return found;
    } catch (error) {
      this.#answers.delete(question);
      throw error;
    }
  }
}
