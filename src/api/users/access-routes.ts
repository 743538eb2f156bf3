import { instant, minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { endOneSession } from '../../sessions/actions/sessions-ended.ts';
import { findSessions } from '../../sessions/session-store.ts';
import { revokeToken } from '../../tokens/actions/token-ending.ts';
import { isLive, type Token } from '../../tokens/token.ts';
import { findToken, findTokensOf } from '../../tokens/token-store.ts';
import { OWN_SESSIONS } from '../../users/actions/session-ending.ts';
import type { Subject } from '../../users/user.ts';
import { findSubject, findUserNames } from '../../users/user-store.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { Conflict, Forbidden, NotFound } from '../../verbs/refusals.ts';
import { allOf, SESSION, TOKEN } from '../contract/answers.ts';
import { type Call, type Route, route } from '../contract/route.ts';

const READ: Route['needs'] = { right: ['users', 'read'] };
const WRITE: Route['needs'] = { right: ['users', 'write'] };
const ENDED = 'That session had ended already, or never was.';

/** By what somebody is in: it is looked at and ended here, and never made. */
export const ACCESS_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/users/{id}/sessions',
    summary: 'Where a user is signed in, the newest first',
    tag: 'Sessions',
    needs: READ,
    status: 200,
    answer: allOf(SESSION),
    async handle(call) {
      const user = await userIn(call, call.app.db.read);
      const open = await findSessions(call.app.db.read, user.id, instant(call.app.clock()));
      return { body: { items: open.map(({ handle, ...one }) => ({ id: handle, ...one })) } };
    },
  }),
  route({
    method: 'delete',
    path: '/users/{id}/sessions/{session}',
    summary: 'End one session of a user',
    tag: 'Sessions',
    needs: WRITE,
    status: 200,
    answer: allOf(SESSION),
    handle: (call) =>
      call.write(async (trx, act) => {
        const user = await userIn(call, trx);
        requireAdministered(act.by, user);
        if (user.id === act.by.id) throw new Forbidden(`${user.name} ${OWN_SESSIONS}.`);
        if (!(await endOneSession(trx, act, user, call.names.session))) throw new NotFound(ENDED);
        const left = await findSessions(trx, user.id, act.at);
        return { body: { items: left.map(({ handle, ...one }) => ({ id: handle, ...one })) } };
      }),
  }),
  route({
    method: 'get',
    path: '/users/{id}/tokens',
    summary: 'The tokens of a user, those that ended included; never what they are',
    tag: 'Tokens',
    needs: READ,
    status: 200,
    answer: allOf(TOKEN),
    async handle(call) {
      const db = call.app.db.read;
      const user = await userIn(call, db);
      return { body: { items: await toldTokens(call, db, await findTokensOf(db, user.id)) } };
    },
  }),
  route({
    method: 'delete',
    path: '/users/{id}/tokens/{token}',
    summary: 'Revoke a token at once',
    tag: 'Tokens',
    needs: WRITE,
    status: 200,
    answer: TOKEN,
    handle: (call) =>
      call.write(async (trx, act) => {
        const user = await userIn(call, trx);
        const token = await findToken(trx, user.id, call.ids.token);
        if (!token) throw new NotFound('There is no such token.');
        if (!(await revokeToken(trx, act, user, token))) throw new Conflict(`The token ${token.name} has ended.`);
        const [told] = await toldTokens(call, trx, [{ ...token, endedAt: act.at }]);
        return { body: told };
      }),
  }),
];

function userIn({ app, ids }: Pick<Call, 'app' | 'ids'>, db: Reader): Promise<Subject> {
  return findSubject(db, ids.id, minuteOf(app.clock()));
}

async function toldTokens({ app }: Pick<Call, 'app'>, db: Reader, tokens: Token[]) {
  const now = instant(app.clock());
  const names = await findUserNames(
    db,
    tokens.map(({ createdBy }) => createdBy),
  );
  return tokens.map((token) => ({
    id: token.id,
    name: token.name,
    beginning: token.beginning,
    scopes: token.scopes,
    addresses: token.addresses,
    isLive: isLive(token, now),
    createdAt: token.createdAt,
    createdBy: token.createdBy === null ? null : { id: token.createdBy, name: names.get(token.createdBy) ?? '' },
    expiresAt: token.expiresAt,
    endedAt: token.endedAt,
    lastUsedAt: token.lastUsedAt,
    lastUsedFrom: token.lastUsedFrom,
  }));
}
