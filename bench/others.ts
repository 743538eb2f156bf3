import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { atShare } from './rounds.ts';

/** What others waited, in milliseconds. */
export interface Waited {
  requests: number;
  p50: number;
  p99: number;
  most: number;
}

/** People who look at pages while something else goes on, each with a connection of their own. */
export class Others {
  readonly #url: string;
  readonly #cookie: string;
  readonly #paths: string[];
  readonly #times = new Map<string, number[]>();
  #isOver = false;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(url: string, cookie: string, paths: string[]) {
    this.#url = url;
    this.#cookie = cookie;
    this.#paths = paths;
  }

  /** From now on so many ask for one page after the other, with a pause in between, in milliseconds. */
  look(many: number, pause: number): void {
    this.#looking = Promise.all(Array.from({ length: many }, (_, n) => this.#one(n, pause)));
  }

  /** What they waited for pages of a path till now; failed ones are none. */
  async leave(): Promise<Map<string, Waited>> {
    this.#isOver = true;
    await this.#looking;
    return new Map([...this.#times].map(([path, times]) => [path, waited(times)]));
  }

  async #one(n: number, pause: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let at = n; !this.#isOver; at++) {
      const path = this.#paths[at % this.#paths.length];
      const start = performance.now();
      await this.#ask(agent, path);
      const times = this.#times.get(path) ?? [];
      times.push(performance.now() - start);
      this.#times.set(path, times);
      if (pause > 0) await sleep(pause);
    }
    agent.destroy();
  }

  #ask(agent: Agent, path: string): Promise<void> {
    const headers = { cookie: this.#cookie, 'accept-encoding': 'gzip' };
    return new Promise((resolve, reject) => {
      request(this.#url + path, { agent, headers }, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${path} was answered with ${response.statusCode}`));
        });
      })
        .on('error', reject)
        .end();
    });
  }
}

function waited(times: number[]): Waited {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    requests: times.length,
    p50: atShare(sorted, 0.5),
    p99: atShare(sorted, 0.99),
    most: sorted.at(-1) ?? Number.NaN,
  };
}
