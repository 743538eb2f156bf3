import { CORE_USER, ENTERPRISE_USER, ROSTER_USER } from './attribute.ts';
import { emailIn } from './meaning.ts';
import type { ProvisionedUser } from './provisioned-user-store.ts';
import type { Resource } from './resource.ts';

/**
 * A user as the program is told of them: what it said, but for what is otherwise by now in the record. Without `id`, `meta` and `groups`,
 * which only an answer has.
 */
export function toldOf(provisioned: ProvisionedUser): Resource {
  const { attributes, externalId, userName, activity, user } = provisioned;
  const { active: said, [ROSTER_USER]: access, [ENTERPRISE_USER]: enterprise, ...more } = attributes;
  const told: Resource = { userName };
  if (externalId !== null) told.externalId = externalId;
  Object.assign(told, more, { emails: emailsNow(provisioned) });
  if (told.emails === undefined) delete told.emails;
  // What was taken away is not there, and nothing was done to whoever it was said of.
  if (said !== null) told.active = activity === 'active';
  if (enterprise) told[ENTERPRISE_USER] = enterprise;
  const here = { ...(access as Resource) };
  if ('noSharedData' in here || user.noSharedData) here.noSharedData = user.noSharedData;
  Object.assign(here, {
    startsAt: user.startsAt ?? undefined,
    leavesAt: user.leavesAt ?? undefined,
    ...(user.apiOnly && {
      apiOnly: true,
      kind: 'api-only',
      apiOnlyReason: user.apiOnlyReason ?? undefined,
      apiOnlyOwner: user.apiOnlyOwner?.name,
      apiOnlyReviewOn: user.apiOnlyReviewOn ?? undefined,
    }),
  });
  if (!user.apiOnly && here.kind !== 'person') delete here.kind;
  for (const [name, value] of Object.entries(here)) if (value === undefined) delete here[name];
  if (Object.keys(here).length > 0) told[ROSTER_USER] = here;
  return told;
}

/** The addresses that it said, with the one that is the system email as that is now. */
function emailsNow({ attributes, userName, user }: ProvisionedUser): Resource[] | undefined {
  const emails = attributes.emails as Resource[] | undefined;
  if (!emails)
    return user.email === null || user.email === userName ? undefined : [{ value: user.email, primary: true }];
  const meant = emailIn(emails);
  return emails.map((one) => (one === meant && user.email !== null ? { ...one, value: user.email } : one));
}

export function schemasOf(told: Resource): string[] {
  return [CORE_USER, ...[ENTERPRISE_USER, ROSTER_USER].filter((schema) => schema in told)];
}
