import type { Logger } from 'pino';
import { type Clock, type Instant, instant } from '../clock.ts';
import type { Processes } from '../db/processes.ts';
import { explained } from '../failure.ts';

/** Work that is done now and then while the server runs. */
export interface Job {
  /** In words, for the page that lists them. */
  name: string;
  /** Milliseconds after the start, and from the end of one run to the next. */
  firstAfter: number;
  every: number;
  /** Of several processes one does it for all. */
  byOne?: boolean;
  run(): Promise<void>;
}

export interface JobState {
  name: string;
  every: number;
  lastAt?: Instant;
  /** Whether another process does it. */
  isElsewhere?: boolean;
  /** Why the last run failed; undefined where it did not. */
  problem?: string;
}

/** Runs each job by itself, one run after the other. A run that fails is told, and tried again the next time. */
export class Jobs {
  private readonly processes: Pick<Processes, 'isChosen'>;
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly states = new Map<Job, JobState>();
  private readonly timers = new Map<Job, NodeJS.Timeout>();

  constructor({ processes, logger, clock }: { processes: Pick<Processes, 'isChosen'>; logger: Logger; clock: Clock }) {
    this.processes = processes;
    this.logger = logger;
    this.clock = clock;
  }

  start(jobs: Job[]): void {
    for (const job of jobs) {
      this.states.set(job, { name: job.name, every: job.every });
      this.schedule(job, job.firstAfter);
    }
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  list(): JobState[] {
    return [...this.states.values()];
  }

  private schedule(job: Job, after: number): void {
    const timer = setTimeout(async () => {
      await this.run(job);
      if (this.timers.has(job)) this.schedule(job, job.every);
    }, after);
    this.timers.set(job, timer.unref());
  }

  private async run(job: Job): Promise<void> {
    const state = this.states.get(job)!;
    try {
      state.isElsewhere = job.byOne === true && !(await this.processes.isChosen('jobs'));
      if (state.isElsewhere) return;
      await job.run();
      state.problem = undefined;
    } catch (error) {
      state.problem = explained(error).join(' ');
      this.logger.warn({ err: error, job: job.name }, 'a job failed; it is tried again the next time');
    }
    state.lastAt = instant(this.clock());
  }
}
