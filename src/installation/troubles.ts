import { SECOND } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { findIdleRule } from '../idle-accounts/idle-rule-store.ts';
import { findStuckMail } from '../mail/stuck-mails.ts';
import { counted } from '../text/text.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import { findTroubled } from '../webhooks/webhook-store.ts';
import type { ClockWatch } from './clock-watch.ts';
import { databaseBytes, reasonOf } from './data/data-folder.ts';
import { freeBytes, refusalOfDisk } from './data/disk-room.ts';
import { findTwins } from './identity-twins.ts';

/** With less than this, or less than twice the database, the next backup or the next busy day does not fit. */
const LEAST_FREE = 200_000_000;

/** More than a time server leaves. */
const MOST_APART = 30 * SECOND;

export interface TroubleContext {
  db: Database;
  config: Config;
  clockWatch: ClockWatch;
  /** Why there is no backup of today; undefined where there is one. */
  backupProblem: () => string | undefined;
}

/** What whoever runs the installation has to mend, in sentences. Looked for now and then: pages show what was found last. */
export class Troubles {
  #disk: string | undefined;
  #others: string[] = [];
  #webhooks: Webhook[] = [];
  private readonly context: TroubleContext;

  constructor(context: TroubleContext) {
    this.context = context;
  }

  /** What was found last, a sentence each. While the disk is one of them it is asked each time: whoever makes room looks whether it is enough. */
  get found(): string[] {
    if (this.#disk !== undefined) this.#disk = lowDisk(this.context.config.dataDir);
    return this.#disk === undefined ? this.#others : [this.#disk, ...this.#others];
  }

  /** Where they are mended, beside the page of the installation: who may read that may read these. */
  get places(): { label: string; path: string }[] {
    return this.#webhooks.map(({ id, name }) => ({ label: `Webhook ${name}`, path: `/webhooks/${id}` })).slice(0, 1);
  }

  async look(): Promise<void> {
    const { config, db, clockWatch, backupProblem } = this.context;
    const backup = backupProblem();
    const stuck = config.mail ? await findStuckMail(db.read) : undefined;
    this.#webhooks = await findTroubled(db.read);
    const twins = await findTwins(db.read);
    const { pausedFor } = await findIdleRule(db.read);
    this.#disk = lowDisk(config.dataDir);
    this.#others = [
      stuck && stuck.mails > 0 ? `${counted(stuck.mails, 'mail')} could not be sent yet: ${stuck.answer}` : undefined,
      webhookTrouble(this.#webhooks),
      clockWatch.look(),
      clocksApart(Date.now() - (await db.now())),
      backup && `There is no backup of today: ${backup}`,
      pausedFor ? `The rule of idle accounts is paused: ${pausedFor} Look at it, under Idle accounts.` : undefined,
      twins.length > 0
        ? `${counted(twins.length, 'pair')} of users or groups have one name or email, written in two ways: rename one of each.`
        : undefined,
    ].filter((trouble) => trouble !== undefined);
  }
}

/** The first is named, the page has all. */
function webhookTrouble([first, ...others]: Webhook[]): string | undefined {
  if (!first) return undefined;
  const more = others.length > 0 ? ` ${counted(others.length, 'more webhook')} likewise.` : '';
  if (first.isEnabled)
    return `Nothing arrives at the webhook ${first.name}: look at its deliveries, under Webhooks.${more}`;
  return `The webhook ${first.name} was disabled: ${first.disabledWhy}. Enable it, under Webhooks, or delete it.${more}`;
}

/** Several processes go by clocks of their own. */
function clocksApart(by: number): string | undefined {
  if (Math.abs(by) < MOST_APART) return undefined;
  return `The clock of this machine is ${counted(Math.round(Math.abs(by) / SECOND), 'second')} ${by > 0 ? 'ahead of' : 'behind'} that of the database: set both by a time server.`;
}

function lowDisk(dataDir: string): string | undefined {
  const refusal = refusalOfDisk(dataDir);
  if (refusal)
    return `DATA_DIR takes nothing more: ${reasonOf(refusal)}. Until that is mended nothing can be changed and nobody new can sign in.`;
  const free = freeBytes(dataDir);
  if (free >= Math.max(LEAST_FREE, 2 * databaseBytes(dataDir))) return undefined;
  return `The disk has only ${Math.floor(free / 1_000_000)} MB left. When it is full, nothing can be changed and nobody new can sign in.`;
}
