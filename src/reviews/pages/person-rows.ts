import type { Request } from 'express';
import { givesAdministration } from '../../access/administrators.ts';
import { isOver } from '../../access/granted-rights.ts';
import { grantsInWords } from '../../access/rights.ts';
import { may, mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { type Group, mayChange } from '../../groups/group.ts';
import { findGroups } from '../../groups/group-store.ts';
import { findLedIds } from '../../groups/leader.ts';
import { whyNotToLead } from '../../leading/led-group.ts';
import { findMemberships, type Membership } from '../../memberships/membership-store.ts';
import { STATE_LABELS } from '../../users/state-labels.ts';
import type { Subject } from '../../users/user.ts';
import { badgesOf, type State, stateLimits } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Question } from '../review.ts';
import { fieldOf } from '../review-form.ts';

/** A person about whom somebody is asked, with what they may know of them, and what can be said. */
export interface PersonRow {
  user: Subject;
  field: string;
  badges: { state: State; label: string }[];
  groups: { name: string; gives: string; grantedAt: string; untilAt: string | null }[];
  /** In how many groups besides, which are none of the reviewer's business (R86). */
  others: number;
  options: Option[];
  /** What was said before, as an option. */
  said: string;
}

interface Option {
  value: string;
  label: string;
  key: string;
}

export async function personRows(app: AppContext, req: Request, questions: Question[]): Promise<PersonRow[]> {
  const db = app.db.read;
  const now = minuteOf(app.clock());
  const ids = questions.map(({ userId }) => userId);
  const subjects = new Map((await findSubjects(db, ids, now)).map((subject) => [subject.id, subject]));
  const memberships = (await findMemberships(db, ids)).filter((one) => !isOver(one, now));
  const groups = new Map(
    (await findGroups(db, [...new Set(memberships.map(({ groupId }) => groupId))])).map((group) => [group.id, group]),
  );
  const led = new Set(await findLedIds(db, req.viewer!.id, now));
  const readsGroups = may(req.viewer!, 'groups', 'read');
  const limits = stateLimits(app);
  return questions.map((question) => {
    const user = subjects.get(question.userId)!;
    const own = memberships.filter(({ userId }) => userId === user.id);
    const visible = own.filter(({ groupId }) => readsGroups || led.has(groupId));
    const removable = own.flatMap(({ groupId }) => {
      const group = groups.get(groupId);
      return group && mayTakeOut(req, led, group, user) ? group : [];
    });
    return {
      user,
      field: fieldOf(user.id),
      badges: badgesOf(user, limits).map((state) => ({ state, label: STATE_LABELS[state] })),
      groups: visible.map((one) => toldMembership(one, groups.get(one.groupId))),
      others: own.length - visible.length,
      options: optionsFor(question, removable, groups),
      said: question.answer === 'remove' ? `remove-${question.groupId}` : question.answer,
    };
  });
}

function toldMembership({ groupName, grantedAt, untilAt }: Membership, group: Group | undefined) {
  const gives = group?.activity === 'active' ? grantsInWords(group.rights) : '';
  return { name: groupName, gives, grantedAt, untilAt };
}

/** The same rules as those of the verb: that of a leader in their own group, that of rights in any other. */
function mayTakeOut({ viewer }: Request, led: ReadonlySet<number>, group: Group, user: Subject): boolean {
  if (led.has(group.id)) return !whyNotToLead(group) && group.leaderId !== user.id;
  return mayChange(viewer!, group) && mayAdminister(viewer!, user) && !givesAdministration(group.rights);
}

function optionsFor({ answer, groupId }: Question, removable: Group[], groups: ReadonlyMap<number, Group>): Option[] {
  const removals = removable.map(({ id, name }) => ({ value: `remove-${id}`, label: `Remove from ${name}`, key: 'r' }));
  const isRemoved = answer === 'remove' && !removable.some(({ id }) => id === groupId);
  const name = groups.get(groupId ?? 0)?.name;
  const removed = {
    value: `remove-${groupId}`,
    label: name ? `Removed from ${name}` : 'Removed from the group',
    key: 'r',
  };
  return [
    { value: 'keep', label: 'Keep', key: 'k' },
    ...removals,
    ...(isRemoved ? [removed] : []),
    { value: 'leave', label: 'Leaves the house', key: 'l' },
    { value: 'unsure', label: 'I don’t know', key: 'd' },
  ];
}
