import type { AuditEvent } from '../audit/audit-event.ts';

/** What anybody may know of an event: that it happened, to which record and by whom. Who somebody's contacts are is not among it. */
export function idsOf({ id, at, actorId, action, subjectType: type, subjectId, operationId: operation }: AuditEvent) {
  const subject = { type, id: type === 'contact' ? null : subjectId };
  return { id, at, actor: { id: actorId }, action, subject, operation };
}
