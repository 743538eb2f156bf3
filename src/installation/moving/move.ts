import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { recordChanges } from '../../audit/audit-store.ts';
import { instant } from '../../clock.ts';
import { ConfigError, type DataPlace, type SecretName, type Settings } from '../../config.ts';
import { beginCopy, copy } from '../../db/copied-tables.ts';
import { type Database, openDatabase } from '../../db/database.ts';
import { migrate } from '../../db/migrate.ts';
import { isServerAddress } from '../../db/server-address.ts';
import { lockServer } from '../../db/server-lock.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { actSettings } from '../../verbs/act.ts';
import { commandLineAct } from '../../verbs/program-act.ts';
import { type Ended, endWhatActs } from '../backups/old-data.ts';
import { makeDataFolder } from '../data/data-folder.ts';
import { findMark, keepMark, keepResting, type Mark, removeMark } from '../data/moved-mark.ts';
import { type Installation, openAsItIs } from '../open-installation.ts';
import { refuseOtherSecrets, takeSecretsAlong } from '../secrets/carried-secrets.ts';
import { copyTables, finishCopy, requireAlike, type Watch } from './moved-rows.ts';

export interface MoveReport {
  from: string;
  to: string;
  /** Where it lives now. */
  place: DataPlace;
  rows: number;
  tables: number;
  events: number;
  passwords: number;
  /** Texts of the audit that the other database cannot keep. */
  erasedTexts: number;
  /** Which secrets lie beside the data, and which were given by settings. */
  secrets: { kept: SecretName[]; given: SecretName[] };
}

/** Reads `postgres://…` and `sqlite:FOLDER`. */
function placeOf(where: string, { dataDir }: Settings): DataPlace {
  const folder = /^sqlite:(.+)$/.exec(where)?.[1];
  if (folder) return { dataDir: resolve(folder), databaseUrl: undefined };
  if (isServerAddress(where)) return { dataDir, databaseUrl: where };
  throw new ConfigError(['move-to takes postgres://user:password@host:5432/roster or sqlite:FOLDER']);
}

/**
 * Takes everything to another place, which then is the only one that lives. From its beginning on nothing can be changed here; a server must not run.
 * One that was interrupted goes on where it was when it is called again. Throws CannotStart.
 */
export async function moveTo(settings: Settings, where: string, watch: Watch): Promise<MoveReport> {
  const place = placeOf(where, settings);
  const lock = await lockServer(settings);
  try {
    const source = await openAsItIs(settings);
    try {
      return await moveFrom(source, place, watch);
    } finally {
      await source.close();
    }
  } finally {
    lock.release();
  }
}

async function moveFrom(source: Installation, place: DataPlace, watch: Watch): Promise<MoveReport> {
  makeDataFolder(place.dataDir);
  refuseOtherSecrets(source.config, place.dataDir);
  if (nameOf(source.db) === (await withDatabase(place, async (db) => nameOf(db))))
    throw new CannotStart([`the data is in ${nameOf(source.db)} already`]);
  const lock = await lockServer(place);
  try {
    await withDatabase(place, (target) => begin(source.db, target));
    await withDatabase(place, (target) => copyTables(source.db, target, watch));
    await withDatabase(place, (target) => finishCopy(source.db, target));
    // Opened anew: as a server will see it.
    return await withDatabase(place, (target) => settle(source, target, place));
  } finally {
    lock.release();
  }
}

async function withDatabase<T>({ dataDir, databaseUrl }: DataPlace, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(dataDir, databaseUrl);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Marks both sides, this one first: from then on nothing changes here. Goes on with a move that was begun between the two. */
async function begin(source: Database, target: Database): Promise<void> {
  const known = await findMark(source.read);
  refuseOtherMove(known, target);
  await target.make();
  const there = await findMark(target.read);
  if (there && there.id === known?.id) return;
  if (known?.side === 'left') throw new CannotStart([`this data was moved to ${known.place} already`]);
  await refuseInhabited(target);
  await migrate(target);
  const move = { id: known?.id ?? randomBytes(16).toString('hex'), at: instant(Date.now()) };
  await source.write((trx) => keepMark(trx, { ...move, side: 'leaving', place: nameOf(target) }));
  await copy(target, async (trx) => {
    const resting = await beginCopy(trx);
    await keepMark(trx, { ...move, side: 'arriving', place: nameOf(source) });
    await keepResting(trx, resting);
  });
}

function refuseOtherMove(known: Mark | undefined, target: Database): void {
  if (known?.side === 'arriving')
    throw new CannotStart([`this is a copy of ${known.place} that is not finished: go on there`]);
  if (known && known.place !== nameOf(target))
    throw new CannotStart([`this data is being moved, or was, to ${known.place}: go on with that, or --reopen it`]);
}

/** A new database that nobody was ever in is as good as an empty one. */
async function refuseInhabited({ read, place }: Database): Promise<void> {
  if (!(await read.schema.hasTable('users'))) return;
  const isInhabited = (await read('users').first('id')) || (await read('audit_events').first('id'));
  if (!isInhabited && !(await findMark(read))) return;
  throw new CannotStart([
    `${place.name} is not empty. Give an empty ${place.kind === 'SQLite' ? 'folder' : 'database'}. Nothing was changed`,
  ]);
}

/** Leaves here before it lives there: in between it lives nowhere, and the same command goes on. */
async function settle({ db, config }: Installation, target: Database, place: DataPlace): Promise<MoveReport> {
  const alike = await requireAlike(db, target, config.secrets.audit);
  const secrets = takeSecretsAlong(config, place.dataDir);
  const mark = (await findMark(db.read))!;
  await db.write((trx) => keepMark(trx, { ...mark, side: 'left', at: instant(Date.now()) }));
  const report = { from: nameOf(db), to: nameOf(target), ...alike };
  await target.write(async (trx) => {
    await removeMark(trx);
    const after = { from: db.place.kind, to: target.place.kind, rows: alike.rows };
    await recordChanges(trx, commandLineAct(actSettings(config)), [
      { action: 'system.moved', subjectType: 'system', subjectId: null, subjectName: 'Roster', after },
    ]);
  });
  return { ...report, place, secrets };
}

export interface ReopenReport {
  /** Where else it may live. */
  place: string;
  /** What ended, where it was moved for good; a move that was not finished leaves everything as it was. */
  ended?: Ended;
}

/** Lets this place live again that was left. Nothing in it acts by itself, as in a backup that is restored. Throws CannotStart. */
export async function reopen(settings: Settings, keepAccess: boolean): Promise<ReopenReport> {
  const lock = await lockServer(settings);
  try {
    const { db, config, close } = await openAsItIs(settings);
    try {
      const mark = await findMark(db.read);
      if (!mark || mark.side === 'arriving')
        throw new CannotStart([
          mark ? `this is a copy of ${mark.place} that is not finished` : 'this data was not moved',
        ]);
      const act = commandLineAct(actSettings(config));
      const ended = await db.write(async (trx) => {
        await removeMark(trx);
        if (mark.side === 'leaving') return undefined;
        const spent = await endWhatActs(trx, act, keepAccess ? { since: undefined } : 'ended', {
          mails: 'It waited in data that was moved, and may have been sent from there.',
          operations: 'the data was moved and opened here again; look at what is left of it before it goes on',
          webhooks: 'the data was moved and opened here again, and what waits may have been sent from there',
        });
        const after = { movedTo: mark.place, ...spent };
        await recordChanges(trx, act, [
          { action: 'system.reopened', subjectType: 'system', subjectId: null, subjectName: 'Roster', after },
        ]);
        return spent;
      });
      return { place: mark.place, ended };
    } finally {
      await close();
    }
  } finally {
    lock.release();
  }
}

function nameOf({ place }: Database): string {
  return place.kind === 'SQLite' ? place.name : `${place.kind} ${place.name}`;
}
