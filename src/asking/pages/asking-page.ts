import type { Request, Response } from 'express';
import { isOver } from '../../access/granted-rights.ts';
import { grants, grantsInWords } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { findApplications } from '../../applications/application-store.ts';
import { DAY, minuteOf } from '../../clock.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { findGroupsToAskFor } from '../../groups/group-store.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import type { SignedIn } from '../../sessions/signed-in.ts';
import { render } from '../../web/render.ts';
import { type Asked, MOST_OPEN } from '../access-request.ts';
import { countRequests } from '../access-request-store.ts';
import { MOST_GROUPS } from '../actions/asking.ts';
import { askedText } from '../asking-form.ts';

/** Something that can be asked for, as the form offers it. */
interface Offer {
  value: string;
  label: string;
  note: string;
  description?: string;
}

/** Ask for access: the groups that can be asked for, and the rights that these give, but for what one has. */
export async function showAsking(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, errors = {} }: { typed: Typed; errors?: Errors },
): Promise<void> {
  const viewer = req.viewer!;
  const { open } = await countRequests(app.db.read, viewer.id, { within: DAY, now: minuteOf(app.clock()) });
  const page = {
    title: 'Ask for access',
    typed,
    errors,
    open,
    mostOpen: MOST_OPEN,
    ...(await offersFor(app, viewer)),
  };
  render(req, res, 'asking/new', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

/** Whether there is anything to ask for. */
export async function mayAsk(app: AppContext, viewer: SignedIn): Promise<boolean> {
  const { groups, rights } = await offersFor(app, viewer);
  return groups.length + rights.length > 0;
}

async function offersFor(app: AppContext, viewer: SignedIn): Promise<{ groups: Offer[]; rights: Offer[] }> {
  const db = app.db.read;
  const now = minuteOf(app.clock());
  const memberships = await findMemberships(db, [viewer.id]);
  const own = new Map(memberships.filter((one) => !isOver(one, now)).map((one) => [one.groupId, one]));
  const groups = await findGroupsToAskFor(db, MOST_GROUPS);
  const offeredGroups = groups
    .filter(({ id }) => !own.has(id) || own.get(id)!.untilAt !== null)
    .map((group): Offer => {
      const gives = grantsInWords(group.rights);
      return {
        value: askedText({ groupId: group.id }),
        label: group.name,
        note: `${gives ? `gives ${gives}` : 'gives no right'}${own.has(group.id) ? '; you are in it, and may ask to stay longer' : ''}`,
        description: group.description,
      };
    });
  return { groups: offeredGroups, rights: await rightsOffered(app, viewer.rights, groups) };
}

async function rightsOffered(
  app: AppContext,
  held: Parameters<typeof grants>[0],
  groups: { rights: Parameters<typeof grants>[0] }[],
): Promise<Offer[]> {
  const names = new Map((await findApplications(app.db.read)).map(({ key, name }) => [key, name]));
  const levels = ['read', 'write'] as const;
  return [...names].flatMap(([application, name]) =>
    levels
      .filter((level) => groups.some(({ rights }) => grants(rights, application, level)))
      .filter((level) => !grants(held, application, level))
      .map((level): Offer => {
        const asked: Asked = { application, level };
        return { value: askedText(asked), label: name, note: level === 'write' ? 'read and write' : 'read' };
      }),
  );
}
