import type { Reader } from '../../db/database.ts';
import type { ApiOnly } from '../../users/actions/changing/user-change.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import type { Meaning } from '../meaning.ts';
import type { ProvisionedUser } from '../provisioned-user-store.ts';
import { Unfit } from '../unfit.ts';

/** What makes somebody an identity for a program, all of which is said. Throws Unfit. */
export async function programMeant(db: Reader, { program }: Pick<Meaning, 'program'>): Promise<ApiOnly> {
  const { reason, owner, reviewOn } = program;
  const missing = [
    ...(reason ? [] : ['apiOnlyReason (what it is for)']),
    ...(owner ? [] : ['apiOnlyOwner (who answers for it)']),
    ...(reviewOn ? [] : ['apiOnlyReviewOn (when it is to be reviewed)']),
  ];
  if (missing.length > 0) throw new Unfit('invalidValue', `An API-only user says ${missing.join(', ')}.`);
  const found = await findUserByIdentifier(db, owner!);
  if (!found) throw new Unfit('invalidValue', 'apiOnlyOwner: there is no active user with this name or email.');
  return { reason: reason!, ownerId: found.id, reviewOn: reviewOn! };
}

/** What of it is to be different; undefined where nothing is. Nobody becomes a program, or a person, by a token (decision 48). Throws Unfit. */
export async function programChanged(
  db: Reader,
  user: ProvisionedUser['user'],
  meaning: Meaning,
): Promise<ApiOnly | undefined> {
  if ((meaning.isApiOnly ?? false) !== user.apiOnly)
    throw new Unfit(
      'mutability',
      'kind: nobody makes a program of a person, or the reverse, by a token: somebody does on the page.',
    );
  if (!user.apiOnly) return undefined;
  const { apiOnlyReason: reason, apiOnlyOwner: owner, apiOnlyReviewOn: reviewOn } = user;
  const said = meaning.program;
  if (said.reason === (reason ?? undefined) && said.owner === owner?.name && said.reviewOn === (reviewOn ?? undefined))
    return undefined;
  const next = await programMeant(db, meaning);
  const isSame = next.reason === reason && next.ownerId === owner?.id && next.reviewOn === reviewOn;
  return isSame ? undefined : next;
}
