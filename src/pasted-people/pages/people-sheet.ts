import type { Request, Response } from 'express';
import { grantsInWords, NO_RIGHTS } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import type { Instant } from '../../clock.ts';
import { findGroups } from '../../groups/group-store.ts';
import { countEndingLinks, givenBy } from '../../permissions/effect.ts';
import { makesAdministrator } from '../../users/pages/form/user-form-page.ts';
import { takeFlash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { alikeIn, changingIn, fingerprintOf, newIn } from '../actions/people-plan.ts';
import type { TypedPeople } from '../people-form.ts';
import { accessPage, type Prepared, passedOver, prepared } from './people-page.ts';

/** What will be done, to be looked at before it is. */
export async function showPeopleSheet(
  app: AppContext,
  req: Request,
  res: Response,
  draft: TypedPeople & { id: number },
): Promise<void> {
  const people = await prepared(app, req, draft);
  const { plan, typed } = people;
  const changing = changingIn(plan);
  const inviting = newIn(plan);
  const groups = [...new Set([...changing.flatMap(({ known }) => known.groups), ...(await groupsOf(app, inviting))])];
  const byId = new Map(groups.map((group) => [group.id, group]));
  const page = {
    title: 'Invite these people?',
    ...people,
    errors: {},
    told: takeFlash(req)?.message,
    seen: fingerprintOf(plan),
    inviting,
    startingApart: momentsApart(inviting, 'startsAt', people.forAll.startsAt),
    leavingApart: momentsApart(inviting, 'leavesAt', people.forAll.leavesAt),
    joining: countedBy(inviting.flatMap(({ newUser }) => newUser.groups ?? [])).flatMap(([id, number]) => {
      const group = byId.get(id);
      return group ? { name: group.name, number } : [];
    }),
    tagged: countedBy(inviting.flatMap(({ newUser }) => newUser.tags ?? [])).map(([name, number]) => ({
      name,
      number,
    })),
    undotted: inviting.flatMap(({ newUser }) => (isUndotted(newUser.email) ? newUser.email! : [])),
    linked: inviting.filter(({ newUser }) => newUser.contactId),
    changing,
    leftOut: leftOutOf(people),
    endingLinks: await countEnding(app, people),
    gives: [...byId.values()].map((group) => ({ name: group.name, grants: grantsInWords(givenBy(group)) })),
    makesAdministrator: await makesAdministrator(app.db.read, { ...typed, groups: [...byId.keys()].map(String) }),
    ...accessPage(app, people),
  };
  render(req, res, 'pasted-people/sheet', page);
}

/** How often each of them is there, in their order. */
function countedBy<T>(all: T[]): [one: T, number: number][] {
  return [...Map.groupBy(all, (one) => one)].map(([one, those]) => [one, those.length]);
}

/** Within a house such addresses work; in any other the end of them was lost. */
function isUndotted(email: string | null): boolean {
  return email !== null && !email.split('@').at(-1)!.includes('.');
}

/** The moments of those who have another one than all, in their order. */
function momentsApart(inviting: ReturnType<typeof newIn>, field: 'startsAt' | 'leavesAt', ofAll: Instant | null) {
  return inviting
    .flatMap(({ newUser }) => (newUser[field] && newUser[field] !== ofAll ? newUser[field] : []))
    .toSorted();
}

/** How many lose open links because they come to do more than whoever made these could give. */
async function countEnding(app: AppContext, { plan }: Prepared): Promise<number> {
  let ending = 0;
  for (const { ids, groups } of alikeIn(plan)) {
    const changes = groups.map((group) => ({ groupId: group.id, from: NO_RIGHTS, to: givenBy(group) }));
    if (changes.length > 0) ending += await countEndingLinks(app, changes, ids);
  }
  return ending;
}

async function groupsOf(app: AppContext, inviting: ReturnType<typeof newIn>) {
  const ids = [...new Set(inviting.flatMap(({ newUser }) => newUser.groups ?? []))];
  return ids.length > 0 ? findGroups(app.db.read, ids) : [];
}

/** Who is left out, with the reason as a clause. */
function leftOutOf({ plan, typed }: Prepared): { who: string; reason: string; notes?: string[] }[] {
  return [
    ...plan.flatMap(({ row, known, newUser }) => {
      const who = known?.subject.name ?? (row.name || row.email);
      if (known?.reason) return [{ who, reason: known.reason, notes: known.notes }];
      return row.isKept || (!known && !newUser && !row.name && !row.email) ? [] : [{ who, reason: 'is not ticked' }];
    }),
    ...passedOver(String(typed.text)).puzzling.map(({ line, text }) => ({
      who: `Line ${line}`,
      reason: `was not understood: ${text}`,
    })),
  ];
}
