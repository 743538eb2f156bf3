import autocannon, { type Options } from 'autocannon';

/** What one run of requests took; times in milliseconds. */
export interface Figures {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Answers other than the expected status, and connections that broke. */
  failed: number;
}

export interface Job extends Options {
  expectedStatus: number;
}

/** Runs in a process of its own, so that making requests takes nothing from what answers them. */
process.on('message', async (job: Job) => {
  process.send?.(await run(job));
});

function run({ expectedStatus, ...options }: Job): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let failed = 0;
    let last = 0;
    const start = performance.now();
    const cannon = autocannon({ sampleInt: 20, ...options }, (error, result) => {
      if (error) return reject(error);
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
      resolve({
        requests: times.length,
        perSecond: (times.length / (last - start)) * 1000,
        p50: at(0.5),
        p99: at(0.99),
        failed: failed + result.errors,
      });
    });
    // Its own histogram knows whole milliseconds only, which is more than most pages take.
    cannon.on('response', (_client: unknown, status: number, _bytes: number, time: number) => {
      last = performance.now();
      times.push(time);
      if (Number(status) !== expectedStatus) failed++;
    });
  });
}
