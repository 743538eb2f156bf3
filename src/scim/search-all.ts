import { type Answer, type Call, listOf } from './call.ts';
import { countOfGroups, groupPage } from './groups.ts';
import { searchOf } from './list-query.ts';
import { countOfUsers, userPage } from './users.ts';

/** POST /.search over all there is: the users, then the groups. */
export async function searchAll(call: Call): Promise<Answer> {
  const query = searchOf(call.body);
  const counted = await countOfUsers(call, query);
  const users = counted.total;
  const groups = await countOfGroups(call, query);
  const found = await userPage(call, query, counted);
  const rest = query.count - found.length;
  if (rest > 0 && groups > 0) {
    const startIndex = Math.max(1, query.startIndex - users);
    found.push(...(await groupPage(call, { ...query, startIndex, count: rest })));
  }
  return listOf(found, users + groups, query.startIndex);
}
