import { type Answer, type Call, listOf } from './call.ts';
import { countOfGroups, groupPage } from './groups.ts';
import { searchOf } from './list-query.ts';
import { countOfUsers, userPage } from './users.ts';

/** POST /.search over all there is: the users, then the groups. */
export async function searchAll(call: Call): Promise<Answer> {
  const query = searchOf(call.body);
  const users = await countOfUsers(call, query);
  const groups = await countOfGroups(call, query);
  const found = query.startIndex <= users ? await userPage(call, query) : [];
  const rest = query.count - found.length;
  if (rest > 0 && groups > 0) {
    const startIndex = Math.max(1, query.startIndex - users);
    found.push(...(await groupPage(call, { ...query, startIndex, count: rest })));
  }
  return listOf(found, users + groups, query.startIndex);
}
