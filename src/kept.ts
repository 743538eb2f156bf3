/** So much is kept of what was made last. */
const MOST = 20;

/**
 * Gives once more what was made of the very same things, for what is made of nothing else and never changed. Things are the same where
 * they are one, and not where they look alike; lists are where each of their parts is.
 */
export class Kept<T> {
  private readonly lastFirst: { of: readonly unknown[]; made: T }[] = [];

  get(of: readonly unknown[], make: () => T): T {
    const at = this.lastFirst.findIndex((one) => areSame(one.of, of));
    const [found] = at === -1 ? [{ of, made: make() }] : this.lastFirst.splice(at, 1);
    this.lastFirst.unshift(found);
    if (this.lastFirst.length > MOST) this.lastFirst.pop();
    return found.made;
  }
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, n) => isSame(one, others[n]));
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((part, n) => Object.is(part, other[n]));
}
