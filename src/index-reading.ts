import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FillElsewhere } from './facets/follower.ts';
import { ByteReader, unpack } from './facets/parcel.ts';
import { programOf } from './program.ts';
import type { StateLimits } from './users/user-state.ts';

/** What is to be read, and as of when, in milliseconds. */
export interface IndexReading {
  kind: 'users' | 'contacts';
  dataDir: string;
  now: number;
  limits: Omit<StateLimits, 'now'>;
}

/**
 * Has the large indexes read by a process of their own, which is gone afterwards with all the room that it took. It is sent what
 * that one holds, a part at a time, and serves others in between.
 */
export class IndexReaders {
  private readonly settings: Pick<IndexReading, 'dataDir' | 'limits'>;
  private readonly running = new Set<ChildProcess>();

  constructor(settings: Pick<IndexReading, 'dataDir' | 'limits'>) {
    this.settings = settings;
  }

  /** What an index of all users, or of all contacts, holds. */
  filling<Holding>(kind: IndexReading['kind']): FillElsewhere<Holding> {
    return async (now) => {
      const reading: IndexReading = { ...this.settings, kind, now };
      const [program, ...args] = programOf('index-reader');
      // The channel is how it notices that this process is gone.
      const reader = spawn(program, [...args, JSON.stringify(reading)], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      this.running.add(reader);
      const ended = once(reader, 'exit');
      try {
        const holding = await holdingOf(new ByteReader(reader.stdout!));
        const [code] = await ended;
        if (code !== 0) throw new Error(`reading all ${kind} ended with ${code}`);
        return holding as Holding;
      } finally {
        this.running.delete(reader);
      }
    };
  }

  /** Ends what still reads. */
  stop(): void {
    for (const reader of this.running) reader.kill('SIGKILL');
  }
}

async function holdingOf(bytes: ByteReader): Promise<object> {
  const holding: Record<string, unknown> = {};
  for (;;) {
    const next = (await unpack(bytes)) as { field: string; part: unknown } | undefined;
    if (!next) return holding;
    holding[next.field] = next.part;
  }
}
