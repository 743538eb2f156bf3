import { maySeeLinkOf } from '../../access/viewer.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { requestInvitations } from '../../invitations/invitation-request-store.ts';
import { findMailedJustNow, sendInvitationsAgain } from '../../invitations/invitation-sending.ts';
import { findMakers } from '../../one-time-links/open-links.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import type { Subject } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { inapplicable, type Outcome } from '../../verbs/outcome.ts';
import { idOf, reached } from './leading.ts';

const MAILED_JUST_NOW = 'was sent the invitation less than 20 minutes ago';
const ASK = 'was created by somebody else: ask an administrator, who sees under Invitations that you did';

/** A member who was invited anew. */
export interface Reinvited extends Outcome<Subject> {
  /** The link goes to the system email, whatever was chosen. */
  isMailedOnly?: boolean;
}

/**
 * Invites members anew whom the groups that the actor leads cover. A link of somebody whom another has created is theirs alone: it
 * goes to the system email and is never shown, and an open one stays as it is (R84). Where no mail goes out, it is written down for
 * administrators that somebody waits.
 */
export async function reinviteMembers(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
): Promise<Reinvited[]> {
  const { beyond, within, able } = await reached(trx, act, groupId, ids);
  const own = await findOwn(trx, act, within);
  const isOwn = (subject: Subject) => own.has(subject.id);
  const others = within.filter((subject) => !isOwn(subject));
  return [
    ...beyond,
    ...(await performOnUsers(trx, able, INVITATION, within.filter(isOwn).map(idOf))),
    ...(act.sendsMail ? await mailOthers(trx, able, others) : await askForOthers(trx, able, others)),
  ];
}

/** Of these, whose link the actor may get to see: those whom they created, unless somebody else made the link; or may administer. */
export async function findOwn(
  db: Reader,
  act: Pick<Act, 'by' | 'at'>,
  subjects: Subject[],
): Promise<Map<number, Subject>> {
  const makers = await findMakers(db, 'invitation', subjects.map(idOf), act.at);
  const isOwn = (subject: Subject) =>
    maySeeLinkOf(act.by, subject) ||
    (subject.createdBy === act.by.id && (makers.get(subject.id) ?? act.by.id) === act.by.id);
  return new Map(subjects.filter(isOwn).map((subject) => [subject.id, subject]));
}

/** The open link once more, to where it belongs; one that is over is made anew. */
async function mailOthers(trx: Transaction, act: Act, subjects: Subject[]): Promise<Reinvited[]> {
  const mailed = await findMailedJustNow(trx, subjects.map(idOf), act.at);
  const outcomes = subjects.map((subject): Outcome<Subject> => {
    const refusal = INVITATION.refusalOf(act.by, subject);
    return { subject, refusal: refusal ?? (mailed.has(subject.id) ? inapplicable(MAILED_JUST_NOW) : undefined) };
  });
  const invited = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
  const isOpen = ({ invitationExpiresAt }: Subject) => invitationExpiresAt !== null && invitationExpiresAt > act.at;
  await sendInvitationsAgain(trx, act, invited.filter(isOpen));
  const over = invited.filter((subject) => !isOpen(subject)).map(idOf);
  await performOnUsers(trx, { ...act, channel: 'mail' }, INVITATION, over);
  return outcomes.map((outcome) => ({ ...outcome, isMailedOnly: true }));
}

async function askForOthers(trx: Transaction, act: Act, subjects: Subject[]): Promise<Reinvited[]> {
  const outcomes = subjects.map((subject) => ({ subject, refusal: INVITATION.refusalOf(act.by, subject) }));
  const waiting = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
  await requestInvitations(trx, act, waiting);
  return outcomes.map(({ subject, refusal }) => ({ subject, refusal: refusal ?? inapplicable(ASK) }));
}
