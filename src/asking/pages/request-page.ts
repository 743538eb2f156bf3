import type { Request, Response } from 'express';
import { grantsInWords } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import type { Format } from '../../text/format.ts';
import { findUserNames } from '../../users/user-store.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { takeFlash } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { type AccessRequest, mayDecideAll } from '../access-request.ts';
import { askedInWords } from '../asked-words.ts';
import { typedDecision } from '../asking-form.ts';
import { findWaiting, groupsFor, groupsToGive } from '../deciding.ts';

export interface RequestForm {
  request: AccessRequest;
  typed?: Typed;
  errors?: Errors;
}

/** What waits to be decided by the viewer. Who decides about nothing is not told that there is such a page. */
export async function showWaitingRequests(app: AppContext, req: Request, res: Response): Promise<void> {
  const viewer = req.viewer!;
  if (!mayDecideAll(viewer) && viewer.leads.length === 0)
    throw new Forbidden('There is nothing at this address.', true);
  const { requests, groups } = await findWaiting(app.db.read, viewer);
  const rows = requests.map((request) => ({ ...request, what: whatOf(request, [...groups.values()]) }));
  render(req, res, 'asking/index', { title: 'Asked for', requests: rows });
}

/** One of them: to be decided, or how it was decided. */
export async function showRequest(app: AppContext, req: Request, res: Response, form: RequestForm): Promise<void> {
  const { request, errors = {} } = form;
  const viewer = req.viewer!;
  const groups = await groupsFor(app.db.read, [request]);
  const isOwn = request.userId === viewer.id;
  const known = isOwn ? groups.filter((group) => group.canBeAskedFor || group.id === request.givenGroupId) : groups;
  const offered = isOwn ? [] : groupsToGive(viewer, request, groups);
  const names = await findUserNames(app.db.read, [request.answeredBy]);
  const given = groups.find(({ id }) => id === request.givenGroupId);
  const page = {
    title: isOwn
      ? 'What you asked for'
      : `${request.userName} ${request.answer === null ? 'asks' : 'asked'} for access`,
    flash: takeFlash(req),
    request,
    isOwn,
    what: whatOf(request, known),
    typed: form.typed ?? decisionAbout(request, offered, formatOf(req)),
    errors,
    offered: offered.map(({ id, name, description, rights }) => ({
      id,
      name,
      description,
      gives: grantsInWords(rights),
    })),
    answeredBy: names.get(request.answeredBy ?? 0),
    givenName: given?.name,
    why: isOwn || offered.length > 0 ? undefined : whyNotToGive(request, groups),
  };
  render(req, res, 'asking/show', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

export function whatOf({ asked }: AccessRequest, groups: Group[]): string {
  return askedInWords(asked, 'groupId' in asked ? groups.find(({ id }) => id === asked.groupId)?.name : undefined);
}

/** As it was wished, and by the group that gives the least beside it. */
function decisionAbout({ untilAt }: AccessRequest, offered: Group[], format: Format): Typed {
  return {
    ...typedDecision({}),
    untilAt: format.typedEnd(untilAt),
    groupId: offered.length > 0 ? String(offered[0].id) : '',
  };
}

function whyNotToGive({ asked }: AccessRequest, groups: Group[]): string {
  if (!('groupId' in asked)) return 'There is no group that gives it and that you may give.';
  const group = groups.find(({ id }) => id === asked.groupId);
  if (!group) return 'The group has gone meanwhile.';
  return group.activity === 'active'
    ? `You may not give the group ${group.name}.`
    : `The group ${group.name} is ${group.activity}.`;
}
