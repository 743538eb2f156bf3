import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { threadFile } from './thread-file.ts';

/** It holds a connection and nothing else. In megabytes. */
const ROOM = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };

/** Moves the write-ahead log beside whoever is served. It is begun when it is needed. */
export class CheckpointThread {
  readonly #filename: string;
  #thread: Worker | undefined;

  constructor(filename: string) {
    this.#filename = filename;
  }

  /** Throws where the log cannot be moved beside others. */
  async move(): Promise<void> {
    this.#thread ??= this.#begun();
    const thread = this.#thread;
    const over = new AbortController();
    thread.postMessage('move');
    try {
      const [failure] = await Promise.race([
        once(thread, 'message', over),
        once(thread, 'exit', over).then(() => ['the thread ended']),
      ]);
      if (failure) throw new Error(failure);
    } finally {
      over.abort();
    }
  }

  async end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #begun(): Worker {
    const thread = new Worker(threadFile('moving-log'), {
      workerData: this.#filename,
      resourceLimits: ROOM,
      execArgv: [],
    });
    thread.unref();
    // Whoever waits for it is told; at any other time nobody needs it.
    thread.on('error', () => {});
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }
}
