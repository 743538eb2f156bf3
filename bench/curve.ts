import { benchData } from './data.ts';
import type { Figures } from './load.ts';
import { Load, type Measured, startApp, startFloor } from './processes.ts';
import { Bench, type Effort, medians } from './rounds.ts';
import { Visitor } from './visitor.ts';

/** What page 1 costs in a house of so many users, beside the floor of the same round. */
export interface Point {
  users: number;
  app: Figures;
  floor: Figures;
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** They are short, and what is compared is small. */
const ROUNDS = 4;

interface House {
  users: number;
  bench: Bench;
  rounds: { app: Figures[]; floor: Figures[] };
}

/** What page 1 takes at one connection, from a thousand users to so many: of all houses in turns, since the machine is not as quick all the time. */
export async function costCurve(upTo: number, effort: Effort, say: (what: string) => void): Promise<Point[]> {
  const load = new Load();
  const started: Measured[] = [];
  const houses: House[] = [];
  try {
    for (const users of SIZES.filter((size) => size <= upTo)) {
      say(`page 1 at ${users.toLocaleString('en')} users`);
      const { folder, administrator } = await benchData(users);
      const [app, floor] = [await startApp(folder), await startFloor(folder)];
      started.push(app, floor);
      const visitor = new Visitor(app.url);
      await visitor.signIn(administrator);
      await visitor.waitForCounts();
      const bench = new Bench(load, app, floor, visitor.cookie, effort);
      await bench.pageBesideFloor();
      houses.push({ users, bench, rounds: { app: [], floor: [] } });
    }
    say('page 1 of each in turns');
    for (let round = 0; round < effort.rounds * ROUNDS; round++)
      for (const { bench, rounds } of houses) {
        const { app, floor } = await bench.pageBesideFloor();
        rounds.app.push(app);
        rounds.floor.push(floor);
      }
    return houses.map(({ users, rounds }) => ({ users, app: medians(rounds.app), floor: medians(rounds.floor) }));
  } finally {
    load.stop();
    await Promise.all(started.map((one) => one.stop()));
  }
}
