import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort, initialised, POSTGRES_PACKAGE } from './postgres.ts';

/** What was acknowledged is on the disk of both. */
const SAFE = ['synchronous_commit=on', 'synchronous_standby_names=standby', 'wal_keep_size=256MB'];
const DATABASE = 'postgres';

/** A server and another one that stands by with all that it has, as `docs/operating.md` says. */
export interface PostgresPair {
  /** That of both, as Roster takes it. */
  url: string;
  /** The same where the main one is reached by another port. */
  through(port: number): string;
  /** Of the main one. */
  port: number;
  /** That of the other one alone. */
  standby: string;
  /** It is gone at once, with everything that belongs to it. */
  kill(which?: 'main' | 'standby'): Promise<void>;
  /** It is there and says nothing any more, as a machine that vanished. */
  silence(): void;
  /** The main one begins again as what it was. */
  revive(): Promise<void>;
  /** The other one takes over. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPair(): Promise<PostgresPair> {
  const home = mkdtempSync(join(tmpdir(), 'roster-pair-'));
  execFileSync('chmod', ['755', home]);
  const [main, standby] = [await freePort(), await freePort()];
  const [mainFolder, standbyFolder] = [join(home, 'main'), join(home, 'standby')];
  const { user, password } = await initialised(mainFolder, main, []);
  // The package has no pg_basebackup: the folder of a server that does not run is as good.
  copyFolder(mainFolder, standbyFolder);
  writeOwned(join(standbyFolder, 'standby.signal'), '');
  const source = `host=127.0.0.1 port=${main} user=${user} password=${password} application_name=standby`;
  appendFileSync(join(standbyFolder, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);

  const address = (port: number) => `postgres://${user}:${password}@127.0.0.1:${port}/${DATABASE}`;
  const startMain = async () => {
    const server = startServer(mainFolder, main, SAFE);
    await until(address(main), `select 1`);
    return server;
  };
  let first = await startMain();
  const second = startServer(standbyFolder, standby, []);
  await until(address(main), `select 1 from pg_stat_replication where sync_state = 'sync'`);
  const through = (port: number) => `postgres://${user}:${password}@127.0.0.1:${port},127.0.0.1:${standby}/${DATABASE}`;
  return {
    url: through(main),
    through,
    port: main,
    standby: address(standby),
    kill: (which = 'main') => kill(which === 'main' ? first : second),
    silence() {
      for (const pid of everyProcessOf(first.pid!)) process.kill(pid, 'SIGSTOP');
    },
    async revive() {
      first = await startMain();
    },
    promote: () => until(address(standby), 'select 1 where pg_promote()'),
    async stop() {
      await Promise.all([kill(first), kill(second)]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** In a group of its own, as the user whose folder it is. */
function startServer(folder: string, port: number, settings: string[]): ChildProcess {
  const { uid, gid } = statSync(folder);
  const flags = settings.flatMap((setting) => ['-c', setting]);
  return spawn(join(POSTGRES_PACKAGE, 'native/bin/postgres'), ['-D', folder, '-p', String(port), ...flags], {
    uid,
    gid,
    detached: true,
    stdio: 'ignore',
    cwd: folder,
  });
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  // Those that serve connections begin groups of their own.
  for (const pid of everyProcessOf(server.pid!)) killUnlessGone(pid);
  await ended;
}

function killUnlessGone(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Its own first, so that it begins no more of them. */
function everyProcessOf(pid: number): number[] {
  const parentOf = (other: string) => {
    try {
      return Number(readFileSync(`/proc/${other}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
    } catch {
      return undefined;
    }
  };
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...others.map(Number)];
}

/** With those whose files they are. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const { uid, gid, mode } = statSync(from);
  execFileSync('chown', ['-R', `${uid}:${gid}`, to]);
  execFileSync('chmod', [(mode & 0o777).toString(8), to]);
}

function writeOwned(file: string, text: string): void {
  writeFileSync(file, text);
  const { uid, gid } = statSync(join(file, '..'));
  chownSync(file, uid, gid);
}

const PATIENCE = 30_000;

/** Asks until there is a row. */
async function until(url: string, sql: string): Promise<void> {
  for (const begun = performance.now(); ; await sleep(50)) {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      if ((await client.query(sql)).rowCount) return;
    } catch (error) {
      if (performance.now() - begun > PATIENCE) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
