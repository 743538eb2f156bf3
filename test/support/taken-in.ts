import type { UserIndex } from '../../src/users/list/user-index.ts';

/** Whom an index of users reads from now on, each as often as they are read. */
export function takenIn(index: UserIndex): number[] {
  const taken: number[] = [];
  const take = index.take.bind(index);
  index.take = (ids, now) => {
    taken.push(...(ids as number[]));
    return take(ids, now);
  };
  return taken;
}
