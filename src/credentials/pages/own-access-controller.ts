import { Router } from 'express';
import { isOver } from '../../access/granted-rights.ts';
import { type Application, grantsInWords, type Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findApplications } from '../../applications/application-store.ts';
import { findOwnRequests } from '../../asking/access-request-store.ts';
import { askedInWords } from '../../asking/asked-words.ts';
import { groupsFor } from '../../asking/deciding.ts';
import { mayAsk } from '../../asking/pages/asking-page.ts';
import { minuteOf } from '../../clock.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { findMemberships, type Membership } from '../../memberships/membership-store.ts';
import { askedToReview } from '../../reviews/review-waiting.ts';
import { askedOf } from '../../users/list/waiting.ts';
import { findOwnedBy } from '../../users/program-owners.ts';
import { findUsers } from '../../users/user-store.ts';
import { render } from '../../web/render.ts';

interface Way {
  label: string;
  path: string;
  words: Record<Level, string>;
}

const WAYS: Record<Application, Way> = {
  users: {
    label: 'Users',
    path: '/users',
    words: {
      read: 'look at who may sign in, and what each may do.',
      write: 'invite people, change and deactivate them, and help who cannot get in.',
    },
  },
  groups: {
    label: 'Groups',
    path: '/groups',
    words: {
      read: 'look at groups, their members and what they grant.',
      write: 'make groups, choose members and what each group grants.',
    },
  },
  contacts: {
    label: 'Contacts',
    path: '/contacts',
    words: { read: 'look at the address book.', write: 'keep the address book.' },
  },
  audit: {
    label: 'Audit',
    path: '/audit',
    words: { read: 'read who did what, and when.', write: 'read who did what, and when.' },
  },
  settings: {
    label: 'This installation',
    path: '/installation',
    words: { read: 'look at how this installation is doing.', write: 'look after this installation.' },
  },
};

const REQUESTS_SHOWN = 10;

/** One's own page: what somebody may do here and elsewhere and by which groups, until when, and what they asked for. */
export function ownAccessController(app: AppContext): Router {
  const router = Router();

  router.get('/me', async (req, res) => {
    const viewer = req.viewer!;
    const db = app.db.read;
    const now = minuteOf(app.clock());
    const memberships = (await findMemberships(db, [viewer.id])).filter((one) => !isOver(one, now));
    const groups = await ownGroups(app, memberships);
    const [user] = await findUsers(db, [viewer.id]);
    const applications = await findApplications(db);
    render(req, res, 'credentials/access', {
      title: 'My access',
      user,
      groups,
      led: memberships.filter(({ groupId }) => viewer.leads.includes(groupId)),
      ways: (Object.keys(WAYS) as Application[])
        .filter((key) => may(viewer, key, 'read'))
        .map((key) => ({ ...WAYS[key], words: WAYS[key].words[may(viewer, key, 'write') ? 'write' : 'read'] })),
      elsewhere: applications
        .filter(({ key }) => !Object.hasOwn(WAYS, key) && viewer.rights[key] !== undefined)
        .map(({ key, name }) => ({ name, level: viewer.rights[key] })),
      requests: await ownRequests(app, viewer.id, groups),
      mayAsk: await mayAsk(app, viewer),
      programs: await findOwnedBy(db, [viewer.id]),
      waiting: [...(await askedOf(db, viewer)), ...(await askedToReview(db, viewer.id))],
    });
  });

  // What it was called.
  router.get('/welcome', (_req, res) => res.redirect(303, '/me'));

  return router;
}

/** Each with what it gives and who leads it: who is in a group may know. */
async function ownGroups(app: AppContext, memberships: Membership[]) {
  const groups = await findGroupsOf(
    app.db.read,
    memberships.map(({ groupId }) => groupId),
  );
  return groups.map(({ id, name, activity, description, rights, leaderId, leaderName }, n) => ({
    id,
    name,
    activity,
    description,
    gives: activity === 'active' ? grantsInWords(rights) : '',
    leaderId,
    leaderName,
    since: memberships[n].grantedAt,
    untilAt: memberships[n].untilAt,
  }));
}

/** What they asked for lately. A group that cannot be asked for any more is not told of by the name that it has now. */
async function ownRequests(app: AppContext, userId: number, own: { id: number; name: string }[]) {
  const requests = await findOwnRequests(app.db.read, userId, REQUESTS_SHOWN);
  if (requests.length === 0) return [];
  const ofGroups = requests.filter(({ asked }) => 'groupId' in asked);
  const known = [...own, ...(await groupsFor(app.db.read, ofGroups)).filter((group) => group.canBeAskedFor)];
  const nameOf = (id: number) => known.find((group) => group.id === id)?.name;
  return requests.map((request) => ({
    ...request,
    what: askedInWords(request.asked, 'groupId' in request.asked ? nameOf(request.asked.groupId) : undefined),
  }));
}
