import autocannon, { type Options } from 'autocannon';

/** What one run of requests took; times in milliseconds. */
export interface Figures {
  requests: number;
  /** With those before the measured time began. */
  answered: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Answers other than the expected status, and connections that broke. */
  failed: number;
}

/** Seconds; a run by time is stopped long before. */
const LONGEST = 600;

export interface Job extends Options {
  expectedStatus: number;
  /** Paths that each connection asks for in turns, beginning with another. */
  inTurns?: string[];
}

/** Runs in a process of its own, so that making requests takes nothing from what answers them. */
process.on('message', async (job: Job) => {
  process.send?.(await run(job));
});

/** A run by time begins when every connection has had an answer: the server accepts one a turn, so the last wait long. */
function run({ expectedStatus, duration, inTurns, ...options }: Job): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    const answered = new Set<unknown>();
    let all = 0;
    let failed = 0;
    let start = performance.now();
    let last = start;
    const lasting = duration === undefined ? {} : { duration: LONGEST };
    const several = inTurns && leafing(inTurns, options.connections);
    const cannon = autocannon({ sampleInt: 20, ...options, ...several, ...lasting }, (error, result) => {
      if (error) return reject(error);
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
      resolve({
        requests: times.length,
        answered: all,
        perSecond: (times.length / (last - start)) * 1000,
        p50: at(0.5),
        p99: at(0.99),
        failed: failed + result.errors,
      });
    });
    // Its own histogram knows whole milliseconds only, which is more than most pages take.
    cannon.on('response', (client: unknown, status: number, _bytes: number, time: number) => {
      last = performance.now();
      all++;
      if (Number(status) !== expectedStatus) failed++;
      if (duration === undefined || answered.size === options.connections) times.push(time);
      else if (answered.add(client).size === options.connections) {
        start = last;
        setTimeout(() => cannon.stop(), duration * 1000);
      }
    });
  });
}

function leafing(paths: string[], connections: number): Partial<Options> {
  const requests = paths.map((path) => ({ path }));
  let begun = 0;
  const setupClient: Options['setupClient'] = (client) => {
    const first = Math.floor((begun++ * requests.length) / connections) % requests.length;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  };
  return { requests, setupClient };
}
