import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { environmentFor } from '../config.ts';
import type { FillElsewhere } from '../facets/following/follower.ts';
import { ByteReader } from '../facets/parcels/byte-reader.ts';
import { unpack } from '../facets/parcels/parcel.ts';
import { standBack } from '../process/standing-back.ts';
import { programOf } from '../program.ts';
import type { UserPart } from '../users/list/user-reading.ts';
import type { StateLimits } from '../users/user-state.ts';
import { NotYet } from '../verbs/refusals.ts';

/** All that is read at once outlives the young generation that Node would choose, and would be copied to the old one: a sixth of the processor time, and 80 MB. */
const ROOM_FOR_WHAT_IS_READ = '--max-semi-space-size=32';

/** What an index holds, by the parts that are read beside each other, each by a process of its own. */
const PARTS = { users: ['facts', 'texts'], contacts: ['contacts'] } satisfies Record<string, (UserPart | 'contacts')[]>;

type Kind = keyof typeof PARTS;

/** What is to be read, and as of when, in milliseconds. */
export interface IndexReading {
  part: (typeof PARTS)[Kind][number];
  now: number;
  limits: Omit<StateLimits, 'now'>;
}

/** Where it is read from, which is told by the environment alone: whoever may list processes sees the rest. */
interface Data {
  dataDir: string;
  databaseUrl?: string;
}

/**
 * Has the large indexes read by a process of their own, which is gone afterwards with all the room that it took. It is sent what
 * that one holds, a part at a time, and serves others in between.
 */
export class IndexReaders {
  private readonly settings: Pick<IndexReading, 'limits'> & { data: Data };
  private readonly tell: (error: unknown) => void;
  private readonly running = new Set<ChildProcess>();
  private begun: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  /** Why an index could not be read is told to `tell`. */
  constructor(settings: Pick<IndexReading, 'limits'> & { data: Data }, tell: (error: unknown) => void) {
    this.settings = settings;
    this.tell = tell;
  }

  /** What an index of all users, or of all contacts, holds. */
  filling<Holding>(kind: Kind): FillElsewhere<Holding> {
    return async (now) => {
      const { limits } = this.settings;
      const failed = new AbortController();
      try {
        const parts = PARTS[kind].map((part) => this.read({ limits, part, now }, failed.signal));
        return Object.assign({}, ...(await Promise.all(parts))) as Holding;
      } catch (error) {
        failed.abort();
        // It was ended by us, and nobody reads in its place.
        if (this.isStopped) throw new NotYet();
        this.tell(error);
        return undefined;
      }
    };
  }

  /** Ends what still reads. Nothing is read from then on. */
  stop(): void {
    this.isStopped = true;
    for (const reader of this.running) reader.kill('SIGKILL');
  }

  private async read(reading: IndexReading, failed: AbortSignal): Promise<object> {
    // Until there is another process, this one stands still.
    this.begun = this.begun.then(() => turnOfOthers());
    await this.begun;
    if (this.isStopped) throw new NotYet();
    failed.throwIfAborted();
    const [program, ...args] = programOf('serving/index-reader', [ROOM_FOR_WHAT_IS_READ]);
    // The channel is how it notices that this process is gone.
    const { dataDir, databaseUrl } = this.settings.data;
    const reader = spawn(program, [...args, JSON.stringify(reading)], {
      env: environmentFor(dataDir, databaseUrl),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const end = () => reader.kill('SIGKILL');
    failed.addEventListener('abort', end, { once: true });
    standBack(reader, 'is waited for');
    this.running.add(reader);
    try {
      // Where the system gives no process there is nothing to read from, and nothing that ends.
      await once(reader, 'spawn');
      const [holding, [code]] = await Promise.all([holdingOf(new ByteReader(reader.stdout!)), once(reader, 'exit')]);
      if (code !== 0) throw new Error(`reading all ${reading.part} ended with ${code}`);
      return holding;
    } finally {
      this.running.delete(reader);
      end();
    }
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
