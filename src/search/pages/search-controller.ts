import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { LONGEST_SEARCH } from '../../lists/list-query.ts';
import { stateLimits } from '../../users/user-state.ts';
import { featuresOf } from '../../web/feature.ts';
import { render } from '../../web/render.ts';
import { findDestinations } from './jump.ts';
import { suggestedNames } from './suggested-names.ts';

/** What can be done by a key, in the words of the page that lists them. */
const SHORTCUTS = [
  ['Ctrl K', 'Jump to a user, a group, a contact, a page, or start an action'],
  ['/', 'Search the list'],
  ['f', 'Go to the filters of the list'],
  ['a', 'Go to the actions: for the ticked rows, or for the record'],
  ['j k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['x', 'Tick the row; with Shift all rows up to it'],
  ['e', 'Edit'],
  ['n', 'New User'],
  ['g u', 'Go to Users; likewise g g to Groups, g c to Contacts, g a to the Audit'],
  ['Esc', 'Close what is open, one thing at a time'],
  ['↑ ↓', 'Move through a menu; Home and End to its ends'],
  ['?', 'Show these'],
];

/** The palette as a page of its own, and the keys that open it and do the rest. */
export function searchController(app: AppContext): Router {
  const router = Router();

  router.get('/search', async (req, res) => {
    const q = typeof req.query.q === 'string' ? req.query.q.slice(0, LONGEST_SEARCH) : '';
    const sources = {
      db: app.db.read,
      index: app.index,
      limits: stateLimits(app),
      viewer: req.viewer!,
      features: featuresOf(req),
    };
    const page = { title: 'Jump to', typed: { q }, sections: await findDestinations(sources, q) };
    render(req, res, 'search/show', page, { fragments: { 'palette-results': 'search/_results' } });
  });

  router.get('/search/names', async (req, res) => {
    const [field = '', typed] = Object.entries(req.query).find(([, value]) => typeof value === 'string') ?? [];
    const text = String(typed ?? '').slice(0, LONGEST_SEARCH);
    const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer: req.viewer! };
    const names = await suggestedNames(sources, { isOfAnything: field === 'subject', text });
    render(req, res, 'search/names', { title: 'Names', names }, { fragments: { names: 'search/_names' } });
  });

  router.get('/shortcuts', (req, res) =>
    render(
      req,
      res,
      'shortcuts/show',
      { title: 'Keyboard shortcuts', shortcuts: SHORTCUTS },
      { fragments: { 'dialog-body': 'shortcuts/_shortcuts' } },
    ),
  );

  return router;
}
