import type { Request, Response } from 'express';
import { hasToChoosePassword } from '../../access/admission.ts';
import { grantsInWords } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { instant, minuteOf } from '../../clock.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { shortened } from '../../text/text.ts';
import { render } from '../../web/render.ts';
import { findMembersOf } from '../actions/leading.ts';
import { findOwn } from '../actions/reinviting.ts';
import { formNumber } from '../actions/sent-forms.ts';
import { tickedIn } from '../leading-form.ts';

const NAMES_SHOWN = 10;

interface FormState {
  group: Group;
  typed: Typed;
  errors?: Errors;
}

/** Invite or Add members. */
export function showForm(
  app: AppContext,
  req: Request,
  res: Response,
  form: string,
  { group, typed, errors = {} }: FormState,
): void {
  const title = `${form === 'leading/invitation' ? 'Invite into' : 'Add members to'} ${group.name}`;
  const permissions = grantsInWords(group.rights);
  const number = formNumber(String(typed.form));
  const page = { title, group, typed, form: number, errors, permissions, mayMail: app.mail !== undefined };
  render(req, res, form, page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

/** What a leader can do to those who are ticked. */
export async function showSheet(
  app: AppContext,
  req: Request,
  res: Response,
  { group, typed, errors = {} }: FormState,
): Promise<void> {
  const members = await findMembersOf(app.db.read, group.id, tickedIn(typed), minuteOf(app.clock()));
  const act = { by: req.viewer!, at: instant(app.clock()) };
  const own = await findOwn(app.db.read, act, members);
  const others = members.filter((member) => !member.hasPassword && !hasToChoosePassword(member) && !own.has(member.id));
  const page = {
    title: `Change members of ${group.name}`,
    group,
    typed: { ...typed, ids: members.map((member) => String(member.id)) },
    errors,
    number: members.length,
    names: namesOf(members.map((subject) => ({ subject }))),
    others: namesOf(others.map((subject) => ({ subject }))),
    permissions: grantsInWords(group.rights),
    mayMail: app.mail !== undefined,
  };
  render(req, res, 'leading/change-members', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

export function namesOf(outcomes: { subject: { name: string } }[]): string {
  return shortened(
    outcomes.map(({ subject }) => subject.name),
    NAMES_SHOWN,
  );
}
