import { z } from 'zod';
import type { Day } from '../clock.ts';
import { givenDay, programReason, userEmail, userName as userNameField } from '../forms/fields.ts';
import { endBy, startBy } from '../forms/moments.ts';
import { isEmailAddress } from '../text/email-address.ts';
import { format } from '../text/format.ts';
import { ROSTER_USER } from './attribute.ts';
import type { Resource } from './resource.ts';
import { Unfit } from './unfit.ts';

/** What SCIM says of a user, as far as it means something here. */
export interface Meaning {
  userName: string;
  externalId: string | null;
  /** The name to sign in with that it says; undefined where it says an address. */
  name: string | undefined;
  /** Undefined where it says none. */
  email: string | undefined;
  active: boolean | undefined;
  startsAt: string | null | undefined;
  leavesAt: string | null | undefined;
  isApiOnly: boolean | undefined;
  /** Of the identity of a program, as far as it is said. */
  program: { reason?: string; owner?: string; reviewOn?: Day };
  noSharedData: boolean | undefined;
  /** The email of a person in the address book. */
  contact: string | undefined;
}

const LONGEST_ID = 200;

/** Throws Unfit. */
export function meaningOf(resource: Resource): Meaning {
  const userName = resource.userName as string | undefined;
  if (!userName?.trim()) throw new Unfit('invalidValue', 'A user has a userName.');
  const externalId = (resource.externalId as string | undefined) ?? null;
  if (externalId !== null && externalId.length > LONGEST_ID)
    throw new Unfit('invalidValue', `An externalId has at most ${LONGEST_ID} characters.`);
  const access = (resource[ROSTER_USER] ?? {}) as Resource;
  const isAddress = userName.includes('@');
  return {
    userName,
    externalId,
    name: isAddress ? undefined : fitting(userNameField, userName, 'userName'),
    email: emailOf(resource, isAddress ? userName : undefined),
    active: (resource.active as boolean | null | undefined) ?? undefined,
    startsAt: fittingIn(access, 'startsAt', startBy(format)),
    leavesAt: fittingIn(access, 'leavesAt', endBy(format)),
    isApiOnly: fittingIn(access, 'kind', kind),
    program: {
      reason: fittingIn(access, 'apiOnlyReason', programReason),
      owner: access.apiOnlyOwner as string | undefined,
      reviewOn: fittingIn(access, 'apiOnlyReviewOn', givenDay),
    },
    noSharedData: access.noSharedData as boolean | undefined,
    contact: access.contact as string | undefined,
  };
}

/** The primary one, else that of type work, else the first. */
export function emailIn(emails: Resource[]): Resource | undefined {
  const given = emails.filter((one) => one.value !== undefined);
  return given.find((one) => one.primary === true) ?? given.find((one) => one.type === 'work') ?? given[0];
}

function emailOf(resource: Resource, userName: string | undefined): string | undefined {
  const said = emailIn((resource.emails as Resource[] | undefined) ?? [])?.value as string | undefined;
  if (said !== undefined) return fitting(userEmail(), said, 'emails');
  return userName !== undefined && isEmailAddress(userName) ? fitting(userEmail(), userName, 'userName') : undefined;
}

const kind = z.enum(['person', 'api-only'], 'It is person or api-only.').transform((said) => said === 'api-only');

function fittingIn<T>(access: Resource, name: string, field: z.ZodType<T>): T | undefined {
  return access[name] === undefined ? undefined : fitting(field, access[name] as string, name);
}

function fitting<T>(field: z.ZodType<T>, text: string, name: string): T {
  const parsed = field.safeParse(text);
  if (!parsed.success) throw new Unfit('invalidValue', `${name}: ${parsed.error.issues[0].message}`);
  return parsed.data;
}
