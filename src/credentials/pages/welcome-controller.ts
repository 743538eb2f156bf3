import { Router } from 'express';
import { isOver } from '../../access/granted-rights.ts';
import type { Application, Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findApplications } from '../../applications/application-store.ts';
import { minuteOf } from '../../clock.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
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

/** What somebody finds who has just chosen their first password: what they can do here. */
export function welcomeController(app: AppContext): Router {
  const router = Router();

  router.get('/welcome', async (req, res) => {
    const viewer = req.viewer!;
    const now = minuteOf(app.clock());
    const memberships = await findMemberships(app.db.read, [viewer.id]);
    const groups = memberships.filter((one) => !isOver(one, now) && one.groupActivity === 'active');
    const applications = await findApplications(app.db.read);
    render(req, res, 'credentials/welcome', {
      title: 'Welcome',
      groups,
      led: groups.filter(({ groupId }) => viewer.leads.includes(groupId)),
      ways: (Object.keys(WAYS) as Application[])
        .filter((key) => may(viewer, key, 'read'))
        .map((key) => ({ ...WAYS[key], words: WAYS[key].words[may(viewer, key, 'write') ? 'write' : 'read'] })),
      elsewhere: applications
        .filter(({ key }) => !Object.hasOwn(WAYS, key) && viewer.rights[key] !== undefined)
        .map(({ key, name }) => ({ name, level: viewer.rights[key] })),
    });
  });

  return router;
}
