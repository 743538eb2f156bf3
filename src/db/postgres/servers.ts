import type { Client } from 'pg';
import { addressesOf, nameOfAddress } from '../server-address.ts';
import { type Backend, OWN_BACKEND } from './backends.ts';
import { type Connecting, leave, SilenceWatch } from './silence.ts';

/** By their address, for all connections of this process. */
const known = new Map<string, Servers>();

export function serversAt(url: string): Servers {
  let servers = known.get(url);
  if (!servers) {
    servers = new Servers(addressesOf(url));
    known.set(url, servers);
  }
  return servers;
}

/**
 * The servers that a database may be found on: one that takes changes, and those that stand by. When one that stood by takes over, whoever connects
 * finds it by asking one after the other.
 */
export class Servers {
  /** That of the last connection comes first. */
  private addresses: string[];
  /** Each time that one takes over this goes up by one. */
  private timeline = 0;

  /** How whoever connected last does it. */
  private connecting: Connecting | undefined;
  private readonly silence = new SilenceWatch(
    () => this.connecting,
    (address) => {
      this.addresses = [...this.addresses.filter((other) => other !== address), address];
    },
  );

  constructor(addresses: string[]) {
    this.addresses = addresses;
  }

  /** Whether there is another one to turn to. */
  get areSeveral(): boolean {
    return this.addresses.length > 1;
  }

  /** A statement on one of these connections: it fails where nobody is there any more. */
  during<T>(connection: Client, work: () => Promise<T>): Promise<T> {
    return this.silence.during(connection, work);
  }

  /** Makes a connection to the one that takes changes. Throws what the last one said where none does. */
  async connect(to: Connecting): Promise<Client> {
    this.connecting = to;
    let failure: unknown;
    for (const address of [...this.addresses]) {
      let connection: Client | undefined;
      try {
        connection = await to(address);
        const made = connection;
        this.silence.opened(made, address);
        const { timeline, backend } = await this.during(made, () => introduction(made));
        if (this.isTheOne(timeline)) {
          await this.silence.isServedBy(made, backend);
          this.addresses = [address, ...this.addresses.filter((other) => other !== address)];
          return made;
        }
        failure = standingBy();
      } catch (error) {
        failure = Object.assign(error as Error, { place: nameOfAddress(address) });
      }
      if (connection) leave(connection);
    }
    throw failure;
  }

  private isTheOne(timeline: number | undefined): boolean {
    if (timeline === undefined) return false;
    if (this.addresses.length === 1) return true;
    // One that was taken over from and came back believes that it still is the one: what it knows is old.
    if (timeline < this.timeline) return false;
    this.timeline = timeline;
    return true;
  }
}

/** The names of the files into which a server writes its changes begin with it; one that stands by writes none. */
const TIMELINE = `case when not pg_is_in_recovery() then substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end as timeline`;

/** What a new connection leads to. */
async function introduction(connection: Client): Promise<{ timeline: number | undefined; backend: Backend }> {
  const { rows } = await connection.query(`select ${TIMELINE}, ${OWN_BACKEND}`);
  const [{ timeline, backend }] = rows;
  return { timeline: timeline === null ? undefined : Number.parseInt(timeline, 16), backend: JSON.parse(backend) };
}

/** In the words of a server that is just beginning: it may take over in a moment. */
function standingBy(): Error {
  return Object.assign(new Error('no server of DATABASE_URL takes changes'), { code: '57P03' });
}
