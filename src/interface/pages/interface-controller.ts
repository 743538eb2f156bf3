import { Router } from 'express';
import type { AuditEvent } from '../../audit/audit-event.ts';
import { wordsOf } from '../../audit/pages/event-words.ts';
import type { ShownEvent } from '../../audit/pages/shown-events.ts';
import { STATE_LABELS } from '../../users/state-labels.ts';
import { render } from '../../web/render.ts';

const EVENT: AuditEvent = {
  id: 1,
  at: '2026-11-22T09:41:00.000Z',
  actorId: 1,
  actorName: 'alice',
  action: 'user.updated',
  subjectType: 'user',
  subjectId: 2,
  subjectName: 'maria',
  before: { leavesAt: null, noSharedData: false },
  after: { leavesAt: '2027-01-31T17:00:00.000Z', noSharedData: true },
  address: '192.0.2.7',
  requestId: 'Zk3v9bQ1',
  operationId: null,
  tokenId: null,
};

const EVENTS: AuditEvent[] = [
  EVENT,
  { ...EVENT, id: 2, action: 'user.deactivated', before: {}, after: {} },
  {
    ...EVENT,
    id: 3,
    action: 'request.refused',
    subjectType: 'request',
    subjectId: null,
    subjectName: 'POST /users/1/deactivation',
    before: {},
    after: { reason: 'alice is yourself: nobody deactivates themself.' },
  },
];

/** Every part that pages are made of, in every state: what a new page is put together from, and what axe looks at. */
export function interfaceController(): Router {
  const router = Router();

  router.get('/interface', (req, res) =>
    render(req, res, 'interface/show', {
      title: 'Interface',
      stateLabels: STATE_LABELS,
      typed: { plain: '', filled: 'maria@example.com', mistaken: 'maria@' },
      errors: { mistaken: 'Enter one email address, such as maria@example.com.' },
      events: EVENTS.map(shown),
    }),
  );

  return router;
}

function shown(event: AuditEvent): ShownEvent {
  return {
    ...event,
    actor: { name: event.actorName },
    subject: { name: event.subjectName },
    isOwn: false,
    words: wordsOf(event, ({ name }) => ({ name })),
    isPartial: false,
    showsOrigin: false,
    token: null,
  };
}
