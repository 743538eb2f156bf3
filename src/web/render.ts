import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import type { Request, Response } from 'express';
import { PROGRAM_FOLDER } from '../program.ts';
import { initials, tint } from '../users/avatar.ts';
import { may } from '../users/user.ts';
import { assetPath } from './assets.ts';
import { commandKey } from './browser-name.ts';
import { takeFlash } from './flash.ts';
import { PREFERENCES, readPreferences } from './preferences.ts';
import { formatOf } from './reader-format.ts';
import { recordPath } from './record-path.ts';
import type { SignedIn } from './request.d.ts';
import { safePath } from './safe-path.ts';

const viewsFolder = join(PROGRAM_FOLDER, 'views');

type Template = (page: object) => string;
const templates = new Map<string, Template>();

const TABS = [
  { application: 'users', label: 'Users', href: '/users', pages: /^\/(users|bulk-operations|invitations)\b/ },
  { application: 'groups', label: 'Groups', href: '/groups', pages: /^\/(groups|applications)\b/ },
  { application: 'contacts', label: 'Contacts', href: '/contacts', pages: /^\/contacts\b/ },
  { application: 'audit', label: 'Audit', href: '/audit', pages: /^\/audit\b/ },
] as const;

export interface RenderOptions {
  status?: number;
  /** The partials that an htmx request may ask for alone, by the id of the element that each fills. */
  fragments?: Record<string, string>;
}

/** Answers with the whole page, or with the part of it that htmx asks for. The page itself includes that part. */
export function render(req: Request, res: Response, view: string, locals: object, options: RenderOptions = {}): void {
  res.vary('HX-Request').vary('HX-Target');
  const target = targetOf(req) ?? '';
  // Its own names only: what comes from outside may be `constructor` (R88).
  const fragment =
    options.fragments && Object.hasOwn(options.fragments, target) ? options.fragments[target] : undefined;
  const page = {
    ...surroundings(req, res),
    ...(!fragment && { flash: req.session && takeFlash(req) }),
    ...locals,
    view,
  };
  const html = fragment ? renderView(fragment, page) : renderView('layout', page);
  res
    .status(options.status ?? 200)
    .type('html')
    .send(Buffer.from(html));
}

/** A view as text; for the tests, which render every one. */
export function renderView(view: string, page: object): string {
  let template = templates.get(view);
  if (!template) {
    const filename = join(viewsFolder, `${view}.ejs`);
    // Without `with`, and with one name for all that a view is given: three times as fast, and a misspelt name is an error.
    template = ejs.compile(readFileSync(filename, 'utf8'), {
      filename,
      views: [viewsFolder],
      cache: true,
      strict: true,
      _with: false,
      localsName: 'page',
    });
    templates.set(view, template);
  }
  return template(page);
}

export function isHtmx(req: Request): boolean {
  return req.get('HX-Request') === 'true' && req.get('HX-History-Restore-Request') !== 'true';
}

/** The id of the element that htmx will fill; htmx 4 names it `tag#id`. */
export function targetOf(req: Request): string | undefined {
  return isHtmx(req) ? req.get('HX-Target')?.split('#')[1] : undefined;
}

/** The page that htmx asked from, with its view; empty where it does not say, or lies. */
export function currentPage(req: Request): string {
  const address = req.get('HX-Current-URL') ?? '';
  if (!URL.canParse(address)) return '';
  const { pathname, search } = new URL(address);
  return safePath(pathname + search) ?? '';
}

function surroundings(req: Request, res: Response) {
  const { viewer } = req;
  return {
    viewer,
    tabs: viewer ? tabsOf(viewer, req.path) : [],
    path: req.path,
    /** Where a form that changes nothing of this page leads back to. */
    here: req.method === 'GET' ? req.originalUrl : '/',
    preferences: readPreferences(req),
    choices: PREFERENCES,
    commandKey: commandKey(req.get('user-agent') ?? ''),
    now: res.app.locals.clock(),
    instanceName: res.app.locals.instanceName,
    mailboxPath: viewer && may(viewer, 'users', 'write') ? res.app.locals.mailboxPath : undefined,
    maintains: viewer !== undefined && may(viewer, 'settings', 'read'),
    troubles: viewer && may(viewer, 'settings', 'read') ? res.app.locals.troubles() : [],
    csrfToken: () => (typeof req.csrfToken === 'function' ? req.csrfToken() : ''),
    assetPath,
    format: formatOf(req),
    /** The way to a record, for this viewer. */
    recordPath: (...record: [type: 'user' | 'group' | 'contact', id: number | null]) => recordPath(viewer, ...record),
    initials,
    tint,
  };
}

/** Those that the viewer may read; who only leads groups has these instead of all. */
function tabsOf(viewer: SignedIn, path: string) {
  const shown = TABS.filter((tab) => may(viewer, tab.application, 'read'));
  const tabs: { label: string; href: string; isCurrent: boolean }[] = shown.map(({ label, href, pages }) => ({
    label,
    href,
    isCurrent: pages.test(path),
  }));
  if (may(viewer, 'groups', 'read') || viewer.leads.length === 0) return tabs;
  const led = { label: 'Groups', href: '/led-groups', isCurrent: path.startsWith('/led-groups') };
  return tabs.toSpliced(Number(may(viewer, 'users', 'read')), 0, led);
}
