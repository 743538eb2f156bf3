import { z } from 'zod';
import { ACTIVITIES } from '../../access/activity.ts';
import { SUBJECT_TYPES } from '../../bulk-operations/bulk-operation.ts';
import { ACCOUNT_TYPES } from '../../contacts/contact.ts';
import { INVITATION_STATUSES } from '../../invitations/invitation-status.ts';
import { STATES } from '../../users/user-state.ts';

// What is answered. These describe it, and the tests hold every answer against them.

const moment = z.iso.datetime().describe('In UTC.');
const day = z.iso.date();
const id = z.int().positive();
const activity = z.enum(ACTIVITIES);
const named = z.strictObject({ id, name: z.string() });
const level = z.enum(['read', 'write']);

export const USER = z
  .strictObject({
    id,
    name: z.string(),
    email: z.string().nullable().describe('Null for some that are API-only.'),
    activity,
    states: z.array(z.enum(STATES)),
    noSharedData: z.boolean(),
    startsAt: moment.nullable(),
    leavesAt: moment.nullable(),
    description: z.string(),
    contact: named.nullable().optional().describe('Left out where you may not read contacts.'),
    apiOnly: z
      .strictObject({ reason: z.string().nullable(), owner: named.nullable(), reviewOn: day.nullable() })
      .nullable(),
    groups: z.array(z.strictObject({ id, name: z.string(), until: moment.nullable() })),
    tags: z.array(z.string()),
    lastLoginAt: moment.nullable(),
    lastActivityAt: moment.nullable(),
    accessConfirmedAt: moment.nullable(),
    createdAt: moment,
    version: z.int(),
  })
  .meta({ id: 'User' });

export const GROUP = z
  .strictObject({
    id,
    name: z.string(),
    activity,
    description: z.string(),
    leader: named.nullable(),
    requiresSecondFactor: z.boolean().describe('Whether its members have to have a second factor.'),
    canBeAskedFor: z.boolean().describe('Whether everybody who signs in sees it and may ask for it.'),
    permissions: z.record(z.string(), level),
    tags: z.array(z.string()),
    createdAt: moment,
    version: z.int(),
  })
  .meta({ id: 'Group' });

export const APPLICATION = z
  .strictObject({
    key: z.string().describe('What permissions and checks call it.'),
    name: z.string(),
    description: z.string(),
    registeredAt: moment.nullable().describe('Null for a part of Roster, which nobody changes.'),
    version: z.int().nullable(),
  })
  .meta({ id: 'Application' });

export const PERMISSIONS = z
  .strictObject({
    items: z.array(
      z.strictObject({ application: z.string(), name: z.string(), level: z.enum(['none', 'read', 'write']) }),
    ),
    version: z.int().describe('Of the group.'),
  })
  .meta({ id: 'Permissions' });

export const CONTACT = z
  .strictObject({
    id,
    kind: z.enum(['person', 'company']),
    name: z.string(),
    activity: z.enum(['active', 'deleted']),
    emails: z.array(z.string()),
    phones: z.array(z.string()),
    address: z.string(),
    position: z.string(),
    description: z.string(),
    company: named.nullable(),
    accounts: z.array(z.enum(ACCOUNT_TYPES)),
    owner: z.strictObject({
      type: z.enum(['public', 'user', 'group']),
      id: id.nullable(),
      name: z.string().nullable(),
    }),
    user: named.nullable().optional().describe('Left out where you may not read users.'),
    tags: z.array(z.string()),
    createdAt: moment,
    version: z.int(),
  })
  .meta({ id: 'Contact' });

export const EVENT = z
  .strictObject({
    id,
    at: moment,
    actor: z.strictObject({ id: id.nullable(), name: z.string() }),
    token: named.nullable().describe('By which they came in, where they did by one.'),
    action: z.string(),
    subject: z.strictObject({ type: z.string(), id: id.nullable(), name: z.string() }),
    before: z.record(z.string(), z.unknown()),
    after: z.record(z.string(), z.unknown()),
    address: z.string(),
    operation: id.nullable(),
  })
  .meta({ id: 'Event' });

export const PROBLEM = z
  .strictObject({
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(z.strictObject({ field: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'As RFC 9457 has it.' });

export const CHECKED = z
  .strictObject({
    allowed: z.boolean(),
    user: named.nullable(),
    application: z.string(),
    access: level,
    level: z.enum(['none', 'read', 'write']),
    reasons: z.array(z.string()),
    at: moment,
  })
  .meta({ id: 'Check' });

export const TAG = z.strictObject({ id: id.describe('As filters name it.'), name: z.string() }).meta({ id: 'Tag' });

export const SESSION = z
  .strictObject({ id: z.string(), address: z.string(), agent: z.string(), createdAt: moment, seenAt: moment })
  .meta({ id: 'Session' });

export const TOKEN = z
  .strictObject({
    id,
    name: z.string(),
    beginning: z.string().describe('Of what it is, so that it can be told from others.'),
    scopes: z.array(z.string()),
    addresses: z.array(z.string()).describe('Empty: from anywhere.'),
    isLive: z.boolean(),
    createdAt: moment,
    createdBy: named.nullable(),
    expiresAt: moment,
    endedAt: moment.nullable(),
    lastUsedAt: moment.nullable(),
    lastUsedFrom: z.string().nullable(),
  })
  .meta({ id: 'Token' });

export const INVITATION = z
  .strictObject({
    id,
    user: named,
    status: z.enum(INVITATION_STATUSES),
    channel: z.enum(['mail', 'copy']),
    createdAt: moment,
    createdBy: named.nullable(),
    expiresAt: moment,
    openedAt: moment.nullable(),
    usedAt: moment.nullable(),
    answer: z.string().describe('What the mail server said last.'),
  })
  .meta({ id: 'Invitation' });

export const SAVED_VIEW = z
  .strictObject({
    id,
    name: z.string(),
    view: z.string().describe('What the list of users takes after the question mark.'),
    owner: named,
    isShared: z.boolean(),
  })
  .meta({ id: 'SavedView' });

export const OPERATION = z
  .strictObject({
    id,
    on: z.enum(SUBJECT_TYPES.map((type) => `${type}s` as const)),
    action: z.string(),
    label: z.string().describe('The action as a person reads it.'),
    values: z.record(z.string(), z.unknown()).describe('What was said besides.'),
    phase: z.enum(['draft', 'running', 'paused', 'cancelled', 'done']),
    parts: z
      .array(
        z.strictObject({
          on: z.enum(SUBJECT_TYPES.map((type) => `${type}s` as const)),
          size: z.int(),
          judged: z.int(),
          changed: z.int(),
          leftOut: z.int(),
          reasons: z.array(z.strictObject({ reason: z.string(), number: z.int() })),
        }),
      )
      .describe('Mostly one. What a file says is done to records of several kinds as one operation, part by part.'),
    size: z.int().describe('How many it means.'),
    judged: z.int().describe('How many of them were gone through so far.'),
    changed: z.int().describe('How many were changed; of a draft, would be.'),
    leftOut: z.int(),
    reasons: z.array(
      z.strictObject({
        reason: z.string(),
        number: z.int(),
        names: z.array(z.string()).optional().describe('Of a draft, the first of them.'),
      }),
    ),
    names: z.array(z.string()).optional().describe('Of a draft, the first whom it would change.'),
    effects: z.array(z.string()).optional().describe('Of a draft, what it means for people.'),
    confirms: z.boolean().optional().describe('Of a draft, whether its execution needs the scope `confirm`.'),
    lasting: z.string().nullable().describe('Why it cannot be taken back; null where it can.'),
    mayUndo: z.boolean().describe('Whether you may take it back now.'),
    takenBackBy: id.nullable().describe('The newest operation that took it back, all of it or in part.'),
    undoes: id.nullable(),
    createdBy: named.nullable().describe('Who answers for it.'),
    begunBy: named.nullable().describe('Who began or scheduled it, where somebody else took it over.'),
    takenOverAt: moment.nullable(),
    createdAt: moment,
    executedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    pausedFor: z.string(),
    dueAt: moment.nullable().describe('Of a draft, when it will be done by itself.'),
    waitsFor: z.string().describe('Why it was not done although it was due.'),
  })
  .meta({ id: 'Operation' });

export const ITEM = z
  .strictObject({
    on: z.enum(SUBJECT_TYPES.map((type) => `${type}s` as const)),
    id: id.describe('Of the user, group or contact.'),
    name: z.string(),
    email: z.string(),
    outcome: z.enum(['changed', 'left out']),
    reason: z.string(),
    before: z.record(z.string(), z.unknown()),
    after: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Item' });

/** All there are: few enough for one answer. */
export function allOf(item: z.ZodType) {
  return z.strictObject({ items: z.array(item) });
}

/** One page of a list, with the way to the next. */
export function pageOf(item: z.ZodType) {
  return z.strictObject({
    total: z.int().optional().describe('How many match; left out where to count them takes too long.'),
    items: z.array(item),
    next: z.string().nullable().describe('The address of the next page.'),
    previous: z.string().nullable().describe('The address of the page before.'),
  });
}
