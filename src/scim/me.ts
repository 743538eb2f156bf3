import { CORE_USER } from '../provisioning/attribute.ts';
import { userHandle } from '../provisioning/ids.ts';
import { findUsers } from '../users/user-store.ts';
import { type Answer, baseOf, type Call } from './call.ts';

/** The user of the token, who is changed on the page alone. */
export async function me(call: Call): Promise<Answer> {
  const [user] = await findUsers(call.app.db.read, [call.viewer.id]);
  const location = `${baseOf(call)}/Me`;
  return {
    status: 200,
    headers: { Location: location },
    body: {
      schemas: [CORE_USER],
      id: userHandle(user.id),
      userName: user.name,
      active: user.activity === 'active',
      ...(user.email !== null && { emails: [{ value: user.email, primary: true }] }),
      meta: { resourceType: 'User', created: user.createdAt, location },
    },
  };
}
