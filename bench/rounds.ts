import type { Figures, Job } from './load.ts';
import type { MeasuredView, Measurements } from './measurements.ts';
import { Load, type Measured } from './processes.ts';
import { LEAFING, type View } from './views.ts';

export interface Effort {
  rounds: number;
  /** How long each run of requests lasts. */
  seconds: number;
  /** At one connection: fewer say nothing about the slowest of a hundred. */
  leastRequests: number;
  /** Seconds without requests before the memory is looked at. */
  rest: number;
}

const CONNECTIONS = 16;
/** What htmx sends when it fetches the table and the counts. */
const SWAP = { 'HX-Request': 'true', 'HX-Target': 'div#users-list' };
const STORM = 8;
const TURNS = 4;

/** Asks the program and the floor in turns, round after round. */
export class Bench {
  private readonly load: Load;
  private readonly app: Measured;
  private readonly floor: Measured;
  private readonly cookie: string;
  private readonly effort: Effort;

  constructor(load: Load, app: Measured, floor: Measured, cookie: string, effort: Effort) {
    this.load = load;
    this.app = app;
    this.floor = floor;
    this.cookie = cookie;
    this.effort = effort;
  }

  async warmUp(views: View[]): Promise<void> {
    for (const { path } of views) await this.page(path, { amount: 20 });
    await this.page('/users', { duration: this.effort.seconds, connections: CONNECTIONS });
    await this.ofFloor();
  }

  /**
   * The floor is measured anew beside each page: what else the machine does hits both alike. It reads page 1, and where each page has other
   * rows, the same ones.
   */
  async throughput(views: View[]): Promise<Measurements['throughput']> {
    const rounds = views.map((view) => ({ view, app: [] as Figures[], floor: [] as Figures[] }));
    for (let round = 0; round < this.effort.rounds; round++)
      for (const { view, app, floor } of rounds) {
        app.push(await this.page(view.path, { duration: this.effort.seconds, connections: CONNECTIONS }));
        floor.push(await this.ofFloor(view.kind === 'leafing' ? view.path : '/'));
      }
    return rounds.map(({ view, app, floor }) => ({ view, app: medians(app), floor: medians(floor) }));
  }

  /** Page 1 at one connection, and the floor likewise. */
  async pageBesideFloor(): Promise<{ app: Figures; floor: Figures }> {
    return { app: await this.page('/users', { amount: 500 }), floor: await this.ofFloor('/', { amount: 500 }) };
  }

  async cpuPerRequest(views: View[]): Promise<Measurements['cpu']> {
    const of = async (measured: Measured, run: () => Promise<Figures>) => {
      const before = await measured.usage();
      const { answered } = await run();
      return ((await measured.usage()).cpu - before.cpu) / answered;
    };
    const job = { duration: this.effort.seconds, connections: CONNECTIONS };
    const leafed = views.find(({ label }) => label === LEAFING)!.path;
    const [page, leafing, floor, floorLeafing]: number[][] = [[], [], [], []];
    for (let round = 0; round < this.effort.rounds; round++) {
      page.push(await of(this.app, () => this.page('/users', job)));
      leafing.push(await of(this.app, () => this.page(leafed, job)));
      floor.push(await of(this.floor, () => this.ofFloor()));
      floorLeafing.push(await of(this.floor, () => this.ofFloor(leafed)));
    }
    return {
      page: median(page),
      leafing: median(leafing),
      floor: median(floor),
      floorLeafing: median(floorLeafing),
    };
  }

  async views(views: View[]): Promise<MeasuredView[]> {
    const rounds = views.map((): Figures[] => []);
    for (let round = 0; round < this.effort.rounds; round++)
      for (const [n, { path }] of views.entries()) rounds[n].push(await this.onePage(path));
    return views.map((view, n) => ({ ...view, figures: medians(rounds[n]) }));
  }

  async swap(): Promise<Measurements['swap']> {
    const page: Figures[] = [];
    const fragment: Figures[] = [];
    // What is compared is small, and the machine not as quick all the time: they change more often than other rounds.
    for (let turn = 0; turn < this.effort.rounds * TURNS; turn++) {
      page.push(await this.page('/users', { amount: 200 }));
      fragment.push(await this.page('/users', { amount: 200 }, SWAP));
    }
    return { page: medians(page), fragment: medians(fragment) };
  }

  async storm(form: { cookie: string; token: string }): Promise<Measurements['storm']> {
    const calm = await this.onePage('/users');
    const strangers = new Load();
    const bodies = Array.from({ length: STORM }, (_, n) => ({
      body: new URLSearchParams({
        _csrf: form.token,
        identifier: `stranger-${n}`,
        password: 'not the password',
      }).toString(),
    }));
    const signIns = strangers.run({
      url: `${this.app.url}/session`,
      method: 'POST',
      headers: { cookie: form.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      requests: bodies,
      connections: STORM,
      duration: Math.max(4, this.effort.seconds * 3),
      expectedStatus: 422,
    });
    const during = await this.page('/users', { connections: 1, duration: Math.max(3, this.effort.seconds * 2) });
    const { perSecond } = await signIns;
    strangers.stop();
    return { calm, during, signIns: perSecond };
  }

  /** As many requests as fit the time, but enough to tell the slowest of a hundred. */
  private async onePage(path: View['path'], headers: Record<string, string> = {}): Promise<Figures> {
    const { p50 } = await this.page(path, { amount: 5 }, headers);
    const amount = Math.round((this.effort.seconds * 1000) / p50);
    return this.page(path, { amount: Math.min(3000, Math.max(this.effort.leastRequests, amount)) }, headers);
  }

  private async page(path: View['path'], job: Partial<Job>, headers: Record<string, string> = {}): Promise<Figures> {
    return this.sound({
      ...meantBy(this.app, path),
      connections: 1,
      headers: { cookie: this.cookie, ...headers },
      expectedStatus: 200,
      ...job,
    });
  }

  private ofFloor(
    path: View['path'] = '/',
    job: Partial<Job> = { duration: this.effort.seconds / 2, connections: CONNECTIONS },
  ): Promise<Figures> {
    return this.sound({ ...meantBy(this.floor, path), connections: 1, expectedStatus: 200, ...job });
  }

  private async sound(job: Job): Promise<Figures> {
    const figures = await this.load.run(job);
    if (figures.failed > 0) throw new Error(`${figures.failed} of ${figures.requests} requests to ${job.url} failed`);
    return figures;
  }
}

function meantBy({ url }: Measured, path: View['path']): Pick<Job, 'url' | 'inTurns'> {
  return typeof path === 'string' ? { url: url + path } : { url, inTurns: path };
}

export function medians(rounds: Figures[]): Figures {
  const of = (name: keyof Figures) => median(rounds.map((figures) => figures[name]));
  return {
    requests: of('requests'),
    answered: of('answered'),
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    failed: of('failed'),
  };
}

/** Of sorted numbers, the one below which that share of them lies. */
export function atShare(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Of an even number the lower of the middle two. */
export function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}
