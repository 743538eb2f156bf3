import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { type Errors, FieldErrors, RefusedFields, StaleVersion } from '../../forms/form.ts';
import { Forbidden, TooManyRequests } from '../../verbs/refusals.ts';
import { meaningOf } from '../../web/error-handler.ts';
import { HttpError } from '../../web/http-error.ts';
import { LimitReached } from './request-limit.ts';

/** What went wrong, as RFC 9457 has it, with an entry for each field that will not do. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  /** Of the request, by which it is found in the log. */
  requestId: string;
  errors?: { field: string; detail: string }[];
}

const TITLES: Record<number, string> = {
  400: 'Malformed request',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not done at this address',
  409: 'It does not fit what is there',
  412: 'It was changed since',
  413: 'Too large',
  415: 'Send JSON',
  422: 'Some values will not do',
  428: 'Say which version is meant',
  429: 'Too many requests',
  503: 'Not now',
};

/** How bodies call what forms have fields of their own for. */
const IN_BODIES = new Map([
  ['apiOnlyOwner', 'apiOnly.ownerId'],
  ['leader', 'leaderId'],
  ['ownerUser', 'owner'],
  ['ownerGroup', 'owner'],
  ['untilAt', 'until'],
]);

/** What a body or an address says that will not do, by field. */
export class Unprocessable extends FieldErrors {}

export function problemOf(error: unknown, requestId: string): Problem {
  const { status, message } = standing(error);
  const errors = error instanceof FieldErrors ? entriesOf(error.errors) : undefined;
  return { title: TITLES[status] ?? 'Something went wrong', status, detail: message, requestId, errors };
}

/** What stands in the answer besides its body. */
export function headersOf(error: unknown, { status }: Problem): Record<string, string> {
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="Roster"' };
  if (error instanceof LimitReached) return { ...error.headers, 'Retry-After': String(error.retryAfterSeconds) };
  if (error instanceof TooManyRequests) return { 'Retry-After': String(error.retryAfterSeconds) };
  return status === 503 ? { 'Retry-After': '5' } : {};
}

export function sendProblem(res: Response, problem: Problem): void {
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Whether it is to be written down that the caller was refused. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Forbidden || error instanceof RefusedFields;
}

function standing(error: unknown): { status: number; message: string } {
  if (error instanceof RefusedFields) return { status: 403, message: error.message };
  if (error instanceof FieldErrors) return { status: 422, message: error.message };
  if (error instanceof StaleVersion) return { status: 412, message: 'Somebody changed it since. Read it again.' };
  if (error instanceof HttpError) return error;
  return meaningOf(error);
}

function entriesOf(errors: Errors): Problem['errors'] {
  return Object.entries(errors).map(([field, detail]) => ({ field: IN_BODIES.get(field) ?? field, detail }));
}

/** Tells one request from another. */
export function fingerprint(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
