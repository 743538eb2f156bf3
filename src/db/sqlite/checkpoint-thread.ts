import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { isExecutable } from '../../program.ts';

/** It holds a connection and nothing else. In megabytes. */
const ROOM = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };

/** Moves the write-ahead log beside whoever is served. It is begun when it is needed. */
export class CheckpointThread {
  readonly #filename: string;
  #thread: Worker | undefined;

  constructor(filename: string) {
    this.#filename = filename;
  }

  /** Throws where there is no such thread: the single executable has no file that it could run. */
  async move(): Promise<void> {
    if (isExecutable) throw new Error('there is no thread here');
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
    const thread = new Worker(join(import.meta.dirname, 'moving-log.ts'), {
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
