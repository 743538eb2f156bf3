import { ALL_RIGHTS } from '../src/access/rights.ts';
import { type Change, groupReference, userReference } from '../src/audit/audit-event.ts';
import { appendEvents, type Told } from '../src/audit/audit-store.ts';
import { DAY, dayOf, instant } from '../src/clock.ts';
import { bulkInsert } from '../src/db/bulk-insert.ts';
import type { Database, Reader, Transaction } from '../src/db/database.ts';
import type { Act, ActSettings } from '../src/verbs/act.ts';
import { Random, Weighted, zipf } from './random.ts';

export interface HistoryOptions {
  /** How many events there are to be in all. */
  events: number;
  /** In milliseconds, from the first to the last. */
  since: number;
  now: number;
  settings: ActSettings;
  /** Called after each transaction with the number of events that there are. */
  onProgress?: (done: number) => void;
}

const SEED = 20_261_126;
const EVENTS_PER_TRANSACTION = 10_000;
/** So many of each are told of; and so few tell most. */
const MOST_NAMED = 100_000;
const ACTORS = 200;
const OPERATIONS = ['confirm-access', 'deactivate', 'activate'] as const;
const TOLD_BY: Record<(typeof OPERATIONS)[number], string> = {
  'confirm-access': 'user.access-confirmed',
  deactivate: 'user.deactivated',
  activate: 'user.activated',
};
const NOTES = [
  'Shares the desk with the early shift.',
  'Asked for access by phone.',
  'Needs the warehouse terminal only.',
  'Project member until the end of the year.',
];
/** Of a hundred events. */
const KINDS = new Weighted(
  ['updated', 'granted', 'ended', 'confirmed', 'contact', 'group'] as const,
  (_, n) => [40, 22, 8, 17, 9, 4][n],
);
/** An operation is of few, or of thousands. */
const OPERATION_SHARE = 0.002;
const LARGEST_OPERATION = 3_000;

interface Named {
  id: number;
  name: string;
}

/** Adds events to the audit until there are so many: of changes that are made up, in the chain as all are. */
export async function addHistory(db: Database, options: HistoryOptions): Promise<void> {
  const cast = new Chronicle(options, {
    users: await namedIn(db.read, 'users'),
    groups: await namedIn(db.read, 'groups'),
    contacts: await namedIn(db.read, 'contacts'),
  });
  for (let done = await countEvents(db.read); done < options.events; ) {
    const some = Math.min(EVENTS_PER_TRANSACTION, options.events - done);
    const first = done;
    await db.write(async (trx) => {
      const told = await cast.tell(trx, first, some);
      await appendEvents(trx, options.settings.auditKey, told);
    });
    done += some;
    options.onProgress?.(done);
  }
}

async function namedIn(db: Reader, table: string): Promise<Named[]> {
  return db(table).orderBy('id').limit(MOST_NAMED).select('id', 'name');
}

async function countEvents(db: Reader): Promise<number> {
  return Number((await db('audit_events').max('id as last').first())?.last ?? 0);
}

/** Makes up who did what to whom. */
class Chronicle {
  private readonly random = new Random(SEED);
  private readonly options: HistoryOptions;
  private readonly records: { users: Named[]; groups: Named[]; contacts: Named[] };
  private readonly actors: Weighted<Named>;

  constructor(options: HistoryOptions, records: { users: Named[]; groups: Named[]; contacts: Named[] }) {
    this.options = options;
    this.records = records;
    this.actors = new Weighted(records.users.slice(0, ACTORS), (_, rank) => zipf(rank, 0.9));
  }

  /** So many events after so many others. */
  async tell(trx: Transaction, before: number, count: number): Promise<Told[]> {
    const told: Told[] = [];
    while (told.length < count) {
      const act = this.act(before + told.length);
      const most = Math.min(count - told.length, LARGEST_OPERATION, this.records.users.length);
      if (most > 1 && this.random.chance(OPERATION_SHARE)) told.push(...(await this.operation(trx, act, most)));
      else told.push({ act, change: this.change(act) });
    }
    return told;
  }

  private act(number: number): Act {
    const { since, now, events, settings } = this.options;
    const by = this.actors.pick(this.random);
    return {
      by: { ...by, rights: ALL_RIGHTS },
      at: instant(since + ((now - since) * number) / events),
      address: `10.0.${by.id % 250}.${1 + this.random.below(3)}`,
      requestId: `seed-${number}`,
      ...settings,
    };
  }

  private async operation(trx: Transaction, act: Act, most: number): Promise<Told[]> {
    const { random } = this;
    const action = random.pick(OPERATIONS);
    const size = Math.max(2, Math.min(most, Math.ceil(LARGEST_OPERATION * random.next() ** 4)));
    const first = random.below(this.records.users.length - size + 1);
    const users = this.records.users.slice(first, first + size);
    const moments = { created_at: act.at, executed_at: act.at, finished_at: act.at };
    const tally = JSON.stringify({ judged: size, changed: size, reasons: [], names: [] });
    const [{ id }] = await trx('bulk_operations')
      .insert({ action, created_by: act.by.id, ...moments, size, tally })
      .returning('id');
    const before = JSON.stringify({ activity: 'active' });
    await bulkInsert(
      trx,
      'bulk_operation_items',
      users.map((user) => ({ operation_id: id, subject_id: user.id, outcome: 'changed', before })),
    );
    return users.map((user) => ({ act: { ...act, operationId: id }, change: ofUser(user, TOLD_BY[action]) }));
  }

  private change(act: Act): Change {
    const { random } = this;
    const { users, groups, contacts } = this.records;
    const user = random.pick(users);
    const [before, after] = [random.pick(NOTES), random.pick(NOTES)];
    const group = () => (groups.length > 0 ? groupReference(random.pick(groups)) : userReference(user));
    const day = dayOf(Date.parse(act.at) + random.between(5, 500) * DAY);
    switch (KINDS.pick(random)) {
      case 'granted':
        return ofUser(user, 'membership.granted', { after: { group: group() } });
      case 'ended':
        return ofUser(user, 'membership.ended', { before: { group: group() } });
      case 'confirmed':
        return ofUser(user, 'user.access-confirmed');
      case 'contact':
        if (contacts.length === 0) return ofUser(user, 'user.updated');
        return of('contact', random.pick(contacts), 'contact.updated', {
          before: { position: '' },
          after: { position: after },
        });
      case 'group':
        if (groups.length === 0) return ofUser(user, 'user.updated');
        return of('group', random.pick(groups), 'group.updated', {
          before: { description: before },
          after: { description: after },
        });
      default:
        return random.chance(0.5)
          ? ofUser(user, 'user.updated', { before: { description: before }, after: { description: after } })
          : ofUser(user, 'user.updated', { before: { leavesAt: null }, after: { leavesAt: `${day}T17:00:00.000Z` } });
    }
  }
}

function ofUser(user: Named, action: string, fields: Pick<Change, 'before' | 'after'> = {}): Change {
  return of('user', user, action, fields);
}

function of(
  subjectType: 'user' | 'group' | 'contact',
  { id, name }: Named,
  action: string,
  fields: Pick<Change, 'before' | 'after'>,
): Change {
  return { action, subjectType, subjectId: id, subjectName: name, ...fields };
}
