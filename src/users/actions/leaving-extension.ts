import { givesAdministration } from '../../access/administrators.ts';
import { DAY, dayOf, type Instant } from '../../clock.ts';
import { type Format, formatIn } from '../../text/format.ts';
import { counted } from '../../text/text.ts';
import { forbidden, inapplicable, leaveOut } from '../../verbs/outcome.ts';
import { findUsers } from '../user-store.ts';
import { changeEach } from './changing/changing-users.ts';
import { endIn } from './former-ends.ts';
import { administered, type UserAction } from './user-action.ts';

const WEEKS = 6;
/** Only for whom it is about to happen: whoever presses twice, or after somebody else did, extends nothing twice. */
const WITHIN_DAYS = 30;

export const LEAVING_EXTENSION: UserAction = {
  name: 'extend',
  label: `Extend by ${WEEKS} weeks`,
  otherNames: ['Let stay longer', 'Prolong'],
  icon: 'clock',
  path: 'extension',
  method: 'post',
  page: 'new',
  button: `Extend by ${WEEKS} weeks`,
  consequences: (user, { format }) =>
    user.leavesAt === null
      ? []
      : [
          `${user.name} leaves on ${format.end(user.leavesAt)}; by this on ${format.end(extended(user.leavesAt, format))}.`,
        ],
  done: (user) => `${user.name} stays ${WEEKS} weeks longer.`,
  bulk: {
    button: (number) => `Extend ${counted(number, 'user')} by ${WEEKS} weeks`,
    done: (number) => `${counted(number, 'user stays', 'users stay')} ${WEEKS} weeks longer.`,
    consequence: `Each is let in for ${WEEKS} weeks beyond the end that is set for them.`,
  },
  demandsProof: (_db, _judge, subjects) => subjects.some(({ rights }) => givesAdministration(rights)),
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden('is yourself: nobody sets when they leave themself');
    if (subject.activity !== 'active') return inapplicable(`is ${subject.activity}`);
    return subject.leavesAt === null ? inapplicable('has no end') : undefined;
  }),
  async refuseAmong(_db, { at }, outcomes) {
    const now = Date.parse(at);
    leaveOut(outcomes, ({ leavesAt }) => {
      const end = Date.parse(leavesAt!);
      if (end - now > WITHIN_DAYS * DAY) return inapplicable(`does not leave within ${WITHIN_DAYS} days`);
      return end + (WEEKS * 7 - 1) * DAY <= now ? inapplicable('left long ago: set another end instead') : undefined;
    });
  },
  async perform(trx, act, subjects) {
    const format = await formatOfActor(trx, act.by.id);
    const changes = subjects.map(({ id, leavesAt }) => [id, { leavesAt: extended(leavesAt!, format) }] as const);
    return (await changeEach(trx, act, new Map(changes))).written;
  },
  was: (before, format) => {
    const end = endIn(before, 'leavesAt');
    return end ? `was to leave on ${format.end(end)}` : 'had no end';
  },
  events: {},
};

/** By whose clock it is the same time of the day, whatever is moved in between. */
async function formatOfActor(trx: Parameters<UserAction['perform']>[0], id: number | null): Promise<Format> {
  const [actor] = id === null ? [] : await findUsers(trx, [id]);
  return formatIn({ zone: actor?.timeZone ?? undefined });
}

/** The same time some weeks later; the end of a day stays the end of one. */
function extended(leavesAt: Instant, format: Format): Instant {
  const [day, time = '00:00'] = format.typedStart(leavesAt).split(' ');
  return format.momentAt(dayOf(Date.parse(day) + WEEKS * 7 * DAY), time);
}
