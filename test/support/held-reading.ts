import type { Followable } from '../../src/facets/following/follower.ts';

/** Has an index read nothing any more until what is returned is called. */
export function holdReading(index: Pick<Followable, 'take'>): () => void {
  const take = index.take.bind(index);
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  index.take = async (ids, now) => {
    await held;
    await take(ids, now);
  };
  return goOn;
}
