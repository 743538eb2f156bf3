import { verifyChain } from '../audit/audit-store.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { counted } from '../text.ts';

/** Walks the audit chain; returns what to print and the exit code. */
export async function verifyAudit(db: Database, config: Config): Promise<{ line: string; exitCode: number }> {
  const result = await verifyChain(db.read, config.secrets.audit);
  if (result.intact) return { line: `The audit is intact: ${counted(result.events, 'event')}.`, exitCode: 0 };
  return { line: `The audit was tampered with: event ${result.eventId} ${result.problem}.`, exitCode: 2 };
}
