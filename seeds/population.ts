import { DAY, dayOf, instant } from '../src/clock.ts';
import { LOCKS_BEFORE_PERMANENT, lockDuration, PERMANENTLY } from '../src/sessions/lockout-store.ts';
import { keyColumns, nameColumns } from '../src/users/user-columns.ts';
import { invitationRows } from './invitation-rows.ts';
import { ANY_KIND, datesOf, type Kind } from './life.ts';
import { type PersonName, personName } from './names.ts';
import { type Random, Weighted, zipf } from './random.ts';
import type { Surroundings } from './surroundings.ts';

export interface PopulationOptions {
  random: Random;
  now: number;
  surroundings: Surroundings;
  firstUserId: number;
  firstContactId: number;
  firstLinkId: number;
  loginAttempts: number;
  invitationHours: number;
  /** What stands where a password was chosen. */
  passwordHash: string;
}

/** The rows of one user, by table. */
export interface Rows {
  contacts: object[];
  contact_tags: object[];
  accounts: object[];
  users: object[];
  memberships: object[];
  user_tags: object[];
  links: object[];
  outbox: object[];
  lockouts: object[];
}

/** How many of a hundred users are in 0, 1, 2 … groups, and have 0, 1, 2 … tags. */
const GROUPS_EACH = weightedNumbers([6, 20, 25, 21, 12, 7, 4, 2, 1, 1, 0.5, 0.5]);
const TAGS_EACH = weightedNumbers([50, 30, 14, 5, 1]);

const DOMAINS = new Weighted(
  ['example.com', 'example.org', 'example.net', 'berlin.example.com', 'partner.example'],
  (_, rank) => zipf(rank, 1.3),
);
const SERVICES =
  'archive, invoices, backup, monitoring, webshop, payroll, scanner, newsletter, door access, time clock, printing, reporting'.split(
    ', ',
  );
const DESCRIPTIONS = [
  'Shares the desk with the early shift.',
  'Asked for access by phone; confirmed by the head of department.',
  'Back from leave in spring.',
  'Needs the warehouse terminal only.',
  'Project member until the end of the year.\nExtend only after asking the project lead.',
];
/** The first few are plain, and stand as those who created, invited and confirmed the others. */
const STEWARDS = 12;
const LONGEST_LOCAL_PART = 48;

/** Makes up users, one after the other; memory does not grow with their number. */
export class Population {
  private readonly options: PopulationOptions;
  private readonly random: Random;
  private readonly groups: Weighted<number>;
  private readonly tags: Weighted<number>;
  private readonly stewards: number[] = [];
  /** How often a name came up; the next one of it gets a number. */
  private readonly namesakes = new Map<string, number>();
  private nextUserId: number;
  private nextContactId: number;
  private nextLinkId: number;

  constructor(options: PopulationOptions) {
    this.options = options;
    this.random = options.random;
    this.groups = new Weighted(options.surroundings.groups, (_, rank) => zipf(rank, 0.8));
    this.tags = new Weighted(options.surroundings.tags, (_, rank) => zipf(rank, 0.9));
    this.nextUserId = options.firstUserId;
    this.nextContactId = options.firstContactId;
    this.nextLinkId = options.firstLinkId;
  }

  /** Adds the rows of so many more users. */
  take(count: number): Rows {
    const rows: Rows = {
      contacts: [],
      contact_tags: [],
      accounts: [],
      users: [],
      memberships: [],
      user_tags: [],
      links: [],
      outbox: [],
      lockouts: [],
    };
    for (let n = 0; n < count; n++) this.addUser(rows);
    return rows;
  }

  private addUser(rows: Rows): void {
    const { random } = this;
    const id = this.nextUserId++;
    const kind = this.stewards.length < STEWARDS ? 'current' : ANY_KIND.pick(random);
    const apiOnly = kind === 'apiOnly';
    const person = personName(random);
    const identity = apiOnly ? this.serviceIdentity() : this.identity(person);
    const dates = datesOf(kind, random, this.options);
    const contact =
      !apiOnly && random.chance(0.4) ? this.addContact(rows, person, identity.email, dates.createdAt) : null;
    const steward = this.steward();
    const groups = this.some(this.groups, GROUPS_EACH.pick(random));
    const tags = this.some(this.tags, TAGS_EACH.pick(random));

    rows.users.push({
      id,
      ...nameColumns(identity, contact),
      ...keyColumns(identity),
      activity: kind === 'deactivated' || kind === 'deleted' ? kind : 'active',
      deleted_from: kind === 'deleted' ? 'active' : null,
      password_hash: dates.passwordSetAt === null ? null : this.options.passwordHash,
      password_set_at: written(dates.passwordSetAt),
      no_shared_data: random.chance(0.06),
      starts_at: this.startOf(kind, id),
      leaves_at: this.endOf(kind),
      description: random.chance(0.08) ? random.pick(DESCRIPTIONS) : '',
      contact_id: contact?.id ?? null,
      api_only: apiOnly,
      api_only_reason: apiOnly ? `Lets the ${identity.service} system read who works here` : null,
      api_only_owner_id: apiOnly ? steward : null,
      api_only_review_on: apiOnly ? dayOf(this.options.now + random.between(-30, 330) * DAY) : null,
      last_login_at: written(dates.lastLoginAt),
      last_activity_at: written(dates.lastActivityAt),
      ...this.confirmation(dates.createdAt, steward),
      version: 1 + random.below(4),
      created_at: instant(dates.createdAt),
      created_by: steward,
    });
    for (const group_id of groups)
      rows.memberships.push({
        user_id: id,
        group_id,
        granted_at: instant(random.between(dates.createdAt, this.options.now)),
        granted_by: steward,
      });
    for (const tag_id of tags) rows.user_tags.push({ user_id: id, tag_id });
    if (dates.invitedAt !== null) this.addInvitation(rows, id, identity.email, dates.invitedAt, steward);
    this.addLockout(rows, id, kind);
    if (this.stewards.length < STEWARDS) this.stewards.push(id);
  }

  /** A sign-in name and an email address that nobody else has: namesakes are numbered. */
  private identity(person: PersonName): { name: string; email: string; service?: string } {
    const { random } = this;
    const [given, family] = person.plain.split('.');
    const isShort = random.chance(0.15);
    const handle = (isShort ? `${given[0]}.${family}` : person.plain).slice(0, LONGEST_LOCAL_PART);
    const number = this.numberOf(handle);
    const email = `${handle}${number}@${DOMAINS.pick(random)}`;
    if (isShort) return { name: handle + number, email };
    if (random.chance(0.04)) return { name: number ? `${person.full} ${number}` : person.full, email };
    return { name: (random.chance(0.2) ? person.own : person.plain) + number, email };
  }

  private serviceIdentity(): { name: string; email: string; service?: string } {
    const service = this.random.pick(SERVICES);
    const handle = `api-${service.replace(' ', '-')}`;
    const number = this.numberOf(handle);
    return { name: handle + number, email: `${handle}${number}@services.example.com`, service };
  }

  private numberOf(handle: string): string {
    const number = (this.namesakes.get(handle) ?? 0) + 1;
    this.namesakes.set(handle, number);
    return number === 1 ? '' : String(number);
  }

  /** Some of those whom nobody has invited yet are to come. */
  private startOf(kind: Kind, id: number): string | null {
    const isToCome = kind === 'notInvited' && id % 3 === 0;
    return isToCome ? beginOf(this.options.now + (1 + (id % 40)) * DAY) : null;
  }

  private endOf(kind: Kind): string | null {
    if (kind === 'expired') return beginOf(this.options.now - this.random.between(0, 59) * DAY);
    return this.stewards.length === STEWARDS && this.random.chance(0.04)
      ? beginOf(this.options.now + this.random.between(5, 500) * DAY)
      : null;
  }

  private confirmation(createdAt: number, steward: number | null) {
    const at = this.options.now - this.random.next() ** 1.5 * 500 * DAY;
    if (at < createdAt || this.random.chance(0.2)) return { access_confirmed_at: null, access_confirmed_by: null };
    return { access_confirmed_at: instant(at), access_confirmed_by: steward };
  }

  private addContact(rows: Rows, person: PersonName, email: string, createdAt: number) {
    const { random } = this;
    const { companies, book, owners, contactTags } = this.options.surroundings;
    const { plain, warned } = companies;
    const id = this.nextContactId++;
    const company = random.chance(0.3) ? random.pick(random.chance(0.05) ? warned : plain) : null;
    const row = book.row({
      kind: 'person',
      name: person.full,
      email: random.chance(0.7) ? email : null,
      companyId: company,
      createdAt: instant(createdAt),
      owners,
    });
    rows.contacts.push({ id, ...row });
    if (random.chance(0.25)) rows.accounts.push({ contact_id: id, type: 'employee' });
    const tag_id = book.tag(contactTags);
    if (tag_id !== undefined) rows.contact_tags.push({ contact_id: id, tag_id });
    return { id, name: person.full, isPublic: row.owner_user_id === null && row.owner_group_id === null };
  }

  private addInvitation(rows: Rows, user_id: number, address: string, at: number, steward: number | null): void {
    const to = { id: this.nextLinkId++, userId: user_id, address, at, by: steward };
    const { link, mail } = invitationRows(this.random, this.options.invitationHours, to);
    rows.links.push(link);
    if (mail) rows.outbox.push(mail);
  }

  private addLockout(rows: Rows, user_id: number, kind: Kind): void {
    const { random } = this;
    const limit = this.options.loginAttempts;
    if (kind === 'locked') {
      const forGood = random.chance(0.4);
      const step = forGood ? LOCKS_BEFORE_PERMANENT : 1 + random.below(5);
      const duration = lockDuration(step - 1);
      const lockedAt = this.options.now - random.next() * duration;
      rows.lockouts.push({
        user_id,
        attempts: limit,
        attempts_in_all: limit * step,
        step,
        locked_at: instant(lockedAt),
        locked_until: forGood ? PERMANENTLY : instant(lockedAt + duration),
        last_attempt_at: instant(lockedAt),
      });
    } else if (kind === 'current' && limit > 1 && random.chance(0.01)) {
      const attempts = 1 + random.below(limit - 1);
      rows.lockouts.push({
        user_id,
        attempts,
        attempts_in_all: attempts,
        step: 0,
        locked_at: null,
        locked_until: null,
        last_attempt_at: instant(this.options.now - random.next() * DAY),
      });
    }
  }

  /** So many different ones. */
  private some(all: Weighted<number>, count: number): number[] {
    const chosen = new Set<number>();
    for (let tries = 0; chosen.size < count && tries < 50; tries++) chosen.add(all.pick(this.random));
    return [...chosen];
  }

  private steward(): number | null {
    return this.stewards.length < STEWARDS ? null : this.random.pick(this.stewards);
  }
}

function weightedNumbers(shares: number[]): Weighted<number> {
  return new Weighted([...shares.keys()], (n) => shares[n]);
}

function written(moment: number | null): string | null {
  return moment === null ? null : instant(moment);
}

/** The beginning of a day, in UTC. */
function beginOf(moment: number): string {
  return `${dayOf(moment)}T00:00:00.000Z`;
}
