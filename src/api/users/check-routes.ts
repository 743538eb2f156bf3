import { z } from 'zod';
import { isNotStarted, mayActByToken } from '../../access/admission.ts';
import { findApplications } from '../../applications/application-store.ts';
import { type Instant, instant, minuteOf } from '../../clock.ts';
import { explain } from '../../permissions/explanation.ts';
import { isId } from '../../text/record-id.ts';
import type { User } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findUsers } from '../../users/user-store.ts';
import { CHECKED } from '../contract/answers.ts';
import { Unprocessable } from '../contract/problem.ts';
import { type Call, type Route, route } from '../contract/route.ts';

const NEEDS: Route['needs'] = { right: ['users', 'read'], scope: 'check' };
const MOST_AT_ONCE = 100;

const question = z.strictObject({
  user: z.string().min(1, 'Say who.').max(254).describe('By name, system email, or id.'),
  application: z.string().min(1, 'Say on what.').max(100),
  access: z.enum(['read', 'write'], 'It is read or write.'),
});
type Question = z.output<typeof question>;

export const CHECK_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/check',
    summary: 'Whether somebody has a right at this moment, and why',
    tag: 'Checks',
    needs: NEEDS,
    query: question,
    status: 200,
    answer: CHECKED,
    handle: async (call) => ({ body: (await answersTo(call, [call.query as Question]))[0] }),
  }),
  route({
    method: 'post',
    path: '/checks',
    summary: `The same of up to ${MOST_AT_ONCE} questions, answered in their order`,
    tag: 'Checks',
    needs: NEEDS,
    body: z.strictObject({ checks: z.array(question).min(1).max(MOST_AT_ONCE) }),
    status: 200,
    answer: z.strictObject({ checks: z.array(CHECKED) }),
    handle: async (call) => ({ body: { checks: await answersTo(call, call.body.checks) } }),
  }),
];

async function answersTo({ app }: Pick<Call, 'app'>, questions: Question[]) {
  const db = app.db.read;
  const known = new Map((await findApplications(db)).map(({ key, name }) => [key, name]));
  for (const { application } of questions)
    if (!known.has(application)) throw new Unprocessable({ application: `There is no application ${application}.` });
  const names = [...new Set(questions.map(({ user }) => user))];
  const ids = await findUserIdsByIdentifier(db, names);
  const numbers = new Map(names.flatMap((text) => (isId(text) ? [[text, Number(text)]] : [])));
  const wanted = [...new Set([...ids.values(), ...numbers.values()])];
  const users = new Map((await findUsers(db, wanted)).map((user) => [user.id, user]));
  // Who is called like somebody else's number must not be taken for them.
  const twice = [...numbers].find(([text, id]) => ids.has(text) && ids.get(text) !== id && users.has(id));
  if (twice) throw new Unprocessable({ user: `${twice[0]} is the name of one user, and the id of another.` });
  const idOf = (text: string) => ids.get(text) ?? numbers.get(text) ?? 0;
  const answers = [];
  for (const one of questions) answers.push(await answerTo(one, users.get(idOf(one.user))));
  return answers;

  function keptOut(user: User, now: Instant): string {
    if (user.activity !== 'active') return `${user.name} is ${user.activity}.`;
    return isNotStarted(user, now) ? `${user.name} has not started yet.` : `${user.name} has left.`;
  }

  async function answerTo({ application, access }: Question, user: User | undefined) {
    const now = app.clock();
    const said = { application, access, at: instant(now) };
    if (!user) return { allowed: false, user: null, ...said, level: 'none', reasons: ['There is no such user.'] };
    const minute = minuteOf(now);
    const [{ level, reasons }] = await explain(db, user.id, [application], minute);
    const isIn = mayActByToken(user, minute);
    const granted = level === 'write' || level === access;
    const because = reasons.map(({ groupName, level: grants, hindrance }) =>
      hindrance ? `${groupName} grants ${grants}, but is ${hindrance}.` : `${groupName} grants ${grants}.`,
    );
    const out = isIn ? [] : [keptOut(user, minute)];
    return {
      allowed: isIn && granted,
      user: { id: user.id, name: user.name },
      ...said,
      level: isIn ? level : 'none',
      reasons: [...out, ...(because.length > 0 ? because : ['No group of theirs grants anything there.'])],
    };
  }
}
