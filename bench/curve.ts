import { benchData } from './data.ts';
import type { Figures } from './load.ts';
import { Load, startApp, startFloor } from './processes.ts';
import { Bench, type Effort } from './rounds.ts';
import { Visitor } from './visitor.ts';

/** What page 1 costs in a house of so many users, beside the floor of the same round. */
export interface Point {
  users: number;
  app: Figures;
  floor: Figures;
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];

/** What page 1 takes at one connection, from a thousand users to so many. */
export async function costCurve(upTo: number, effort: Effort, say: (what: string) => void): Promise<Point[]> {
  const points: Point[] = [];
  for (const users of SIZES.filter((size) => size <= upTo)) {
    say(`page 1 at ${users.toLocaleString('en')} users`);
    const { folder, administrator } = await benchData(users);
    const [app, floor, load] = [await startApp(folder), await startFloor(folder), new Load()];
    try {
      const visitor = new Visitor(app.url);
      await visitor.signIn(administrator);
      await visitor.waitForCounts();
      points.push({ users, ...(await new Bench(load, app, floor, visitor.cookie, effort).pageBesideFloor()) });
    } finally {
      load.stop();
      await Promise.all([app.stop(), floor.stop()]);
    }
  }
  return points;
}
