import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { findTokens, linkAddress, type Purpose } from '../one-time-link-store.ts';

/** The open links of these users as lines to copy: name, email and address. For those only whose link the reader may see. */
export async function linesToCopy(
  { db, links, config, clock }: AppContext,
  purpose: Purpose,
  users: { id: number; name: string; email: string }[],
): Promise<string[]> {
  const ids = users.map((user) => user.id);
  const tokens = await findTokens(db.read, purpose, ids, links, instant(clock()));
  return users.flatMap(({ id, name, email }) => {
    const token = tokens.get(id);
    return token ? [`${name}\t${email}\t${linkAddress(config.baseUrl, purpose, token)}`] : [];
  });
}
