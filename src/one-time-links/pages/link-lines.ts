import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import type { Purpose } from '../../verbs/act.ts';
import { linkAddress } from '../one-time-link.ts';
import { findTokens } from '../open-links.ts';

/** The open links of these users as lines to copy: name, email and address. For those only whose link the reader may see. */
export async function linesToCopy(
  {
    db,
    actSettings,
    config,
    clock,
  }: Pick<AppContext, 'db' | 'actSettings' | 'clock'> & { config: { baseUrl: string } },
  purpose: Purpose,
  users: { id: number; name: string; email: string | null }[],
): Promise<string[]> {
  const ids = users.map((user) => user.id);
  const tokens = await findTokens(db.read, purpose, ids, actSettings.links, instant(clock()));
  return users.flatMap(({ id, name, email }) => {
    const token = tokens.get(id);
    return token ? [`${name}\t${email}\t${linkAddress(config.baseUrl, purpose, token)}`] : [];
  });
}
