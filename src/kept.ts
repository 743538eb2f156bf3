/** So much is kept of what was made last. */
const MOST = 20;

/**
 * Gives once more what was made of the very same things, for what is made of nothing else and never changed. Things are the same where
 * they are one, and not where they look alike; lists are where each of their parts is.
 */
export class Kept<T> {
  private readonly lastFirst: { of: readonly unknown[]; made: T }[] = [];

  get(of: readonly unknown[], make: () => T): T {
    let at = 0;
    while (at < this.lastFirst.length && !areSame(this.lastFirst[at].of, of)) at++;
    // Mostly it is the last once more.
    if (at === 0 && this.lastFirst.length > 0) return this.lastFirst[0].made;
    const [found] = at === this.lastFirst.length ? [{ of, made: make() }] : this.lastFirst.splice(at, 1);
    this.lastFirst.unshift(found);
    if (this.lastFirst.length > MOST) this.lastFirst.pop();
    return found.made;
  }
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  if (some.length !== others.length) return false;
  for (let n = 0; n < some.length; n++) if (!isSame(some[n], others[n])) return false;
  return true;
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let n = 0; n < one.length; n++) if (!Object.is(one[n], other[n])) return false;
  return true;
}
