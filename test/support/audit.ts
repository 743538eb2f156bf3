import type { AuditEvent } from '../../src/audit/audit-event.ts';
import { findEvents } from '../../src/audit/event-list.ts';
import type { TestApp } from './app.ts';

/** The events from now on: `await (await watchAudit(app)).since()`, oldest first. */
export async function watchAudit({ db }: Pick<TestApp, 'db'>) {
  const [last] = await findEvents(db.read, {}, 1);
  const start = last?.id ?? 0;
  return {
    async since(): Promise<AuditEvent[]> {
      const events = await findEvents(db.read, {}, 10_000);
      return events.filter((event) => event.id > start).reverse();
    },
    async actions(): Promise<string[]> {
      return (await this.since()).map((event) => event.action);
    },
  };
}
