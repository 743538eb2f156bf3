import { FieldErrors, RefusedFields, StaleVersion } from '../forms/form.ts';
import type { Resource } from '../provisioning/resource.ts';
import { Unfit } from '../provisioning/unfit.ts';
import { Conflict } from '../verbs/refusals.ts';
import { meaningOf } from '../web/error-handler.ts';
import { HttpError } from '../web/http-error.ts';

/** What went wrong, as RFC 7644, section 3.12, has it. */
export interface Problem {
  status: number;
  scimType?: string;
  detail: string;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Unfit) return { status: 400, scimType: error.mistake, detail: error.message };
  if (error instanceof RefusedFields) return { status: 403, detail: error.message };
  if (error instanceof FieldErrors) return ofFields(error);
  if (error instanceof StaleVersion) return { status: 412, detail: 'Somebody changed it since. Read it again.' };
  const { status, message } = error instanceof HttpError ? error : meaningOf(error);
  const scimType = error instanceof Conflict ? 'uniqueness' : status === 400 ? 'invalidSyntax' : undefined;
  return { status, ...(scimType && { scimType }), detail: message };
}

/** A name or an email that will not do is another's: what else they could be was looked at before. */
function ofFields({ errors, message }: FieldErrors): Problem {
  const isTaken = 'name' in errors || 'email' in errors;
  return isTaken
    ? { status: 409, scimType: 'uniqueness', detail: message }
    : { status: 400, scimType: 'invalidValue', detail: message };
}

export function bodyOf({ status, scimType, detail }: Problem): Resource {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType && { scimType }),
    detail,
  };
}
