// A process of its own, so that the crowd does not slow down who measures. Started by sign-in-storm.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, SignInForm } from './sign-in-form.ts';

/** What the crowd is asked to do. */
export interface StormJob {
  url: string;
  perSecond: number;
  seconds: number;
  /** Names of users who all have the password; every second attempt is right. */
  users: string[];
  password: string;
}

export interface StormReport {
  answers: Pick<Answer, 'status' | 'took' | 'retryAfter'>[];
  /** Connections that broke. */
  broken: number;
}

/** More than may stand in line: none has to be opened in the middle of the storm but for those that were used up. */
const FORMS = 120;

// Whoever started it is gone: nobody wants the crowd any more.
process.once('disconnect', () => process.exit());
process.once('message', async (job: StormJob) => {
  // Not before it is sent: it is long.
  process.send!(await storm(job), () => process.exit());
});

async function storm({ url, perSecond, seconds, users, password }: StormJob): Promise<StormReport> {
  // One form serves any number of strangers at once; one that may get in serves one attempt at a time, and is then used up.
  const shared = await SignInForm.open(url);
  const forms = await Promise.all(Array.from({ length: FORMS }, () => SignInForm.open(url)));
  const report: StormReport = { answers: [], broken: 0 };
  const running = new Set<Promise<void>>();
  const start = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    // At its time, however long the others take.
    const wait = start + (n * 1_000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    const attempt = one(n).catch(() => {
      report.broken++;
    });
    running.add(attempt);
    void attempt.finally(() => running.delete(attempt));
  }
  await Promise.all(running);
  return report;

  async function one(n: number): Promise<void> {
    const isRight = n % 2 === 0;
    const form = isRight ? (forms.pop() ?? (await SignInForm.open(url))) : shared;
    const { status, took, retryAfter } = await form.send(
      isRight ? users[Math.floor(n / 2) % users.length] : `stranger-${n}`,
      isRight ? password : 'not the password at all',
    );
    report.answers.push({ status, took, retryAfter });
    if (isRight && status !== 303) forms.push(form);
  }
}
