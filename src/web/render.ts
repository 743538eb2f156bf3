import type { Request, Response } from 'express';
import { may } from '../access/viewer.ts';
import { initials, tint } from '../text/avatar.ts';
import { commandKey } from '../text/browser-name.ts';
import { renderBytes } from '../text/view.ts';
import { assetPath } from './assets.ts';
import { featuresOf } from './feature.ts';
import { filledForm } from './filled-form.ts';
import { lastDoneOf, takeFlash } from './flash.ts';
import { markedToken } from './form-marks.ts';
import { PREFERENCES, readPreferences } from './reader/preferences.ts';
import { formatOf } from './reader/reader-format.ts';
import { recordPath } from './reader/record-path.ts';
import { safePath } from './safe-path.ts';
import { sendWhole } from './sending.ts';

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
    isFragment: fragment !== undefined,
    ...(!fragment && { flash: req.session && takeFlash(req) }),
    ...locals,
    view,
  };
  const bytes = renderBytes(fragment ?? 'layout', page);
  const { status = 200 } = options;
  res.status(status).type('html');
  sendWhole(req, res, fragment || status !== 200 ? bytes : asLeft(req, bytes));
}

/** The page with its form as somebody left it when their session ended; pages that know more of their form have taken that themselves. */
function asLeft(req: Request, page: string): string {
  const kept = req.session?.kept;
  if (kept?.path !== req.originalUrl || req.method !== 'GET' || isHtmx(req)) return page;
  delete req.session.kept;
  return filledForm(page, kept);
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

/** The page that a form stood on, as the browser says. */
export function pageOf(req: Request): string | undefined {
  const from = req.get('referer') ?? '';
  if (isHtmx(req)) return currentPage(req) || undefined;
  if (!URL.canParse(from)) return undefined;
  const { pathname, search } = new URL(from);
  return safePath(pathname + search);
}

/** The page that a form stands on: the one that is asked for, or that on which the form stood that is shown again. */
export function formPage(req: Request): string | undefined {
  return req.method === 'GET' ? req.originalUrl : safePath(req.body?._from);
}

function surroundings(req: Request, res: Response) {
  const { viewer } = req;
  return {
    viewer,
    tabs: viewer ? tabsOf(viewer, req) : [],
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
    /** Operations that are under way, for those who may look at them. */
    underWay: viewer && may(viewer, 'users', 'read') ? res.app.locals.operations() : [],
    lastDone: viewer && lastDoneOf(req),
    owed: viewer && req.session.owed,
    hasKept: req.session?.kept !== undefined,
    troubles: viewer && may(viewer, 'settings', 'read') ? res.app.locals.troubles() : [],
    placesOfTrouble: viewer ? res.app.locals.placesOfTrouble() : [],
    csrfToken: () =>
      typeof req.csrfToken === 'function' ? markedToken(req.csrfToken(), viewer && req.markOf(viewer.id)) : '',
    /** The page that a form stands on, which it says when it is sent. */
    formPage: formPage(req) ?? '',
    assetPath,
    format: formatOf(req),
    /** The way to a record, for this viewer. */
    recordPath: (...record: [type: 'user' | 'group' | 'contact', id: number | null]) => recordPath(viewer, ...record),
    initials,
    tint,
  };
}

/** Those that the viewer may read; who only leads groups has these instead of all. */
function tabsOf(viewer: NonNullable<Request['viewer']>, req: Request) {
  const tabs = featuresOf(req).flatMap(({ tab }) => {
    if (!tab || !may(viewer, tab.application, 'read')) return [];
    return { label: tab.label, href: tab.href, isCurrent: tab.pages.test(req.path) };
  });
  if (may(viewer, 'groups', 'read') || viewer.leads.length === 0) return tabs;
  const led = { label: 'Groups', href: '/led-groups', isCurrent: req.path.startsWith('/led-groups') };
  return tabs.toSpliced(Number(may(viewer, 'users', 'read')), 0, led);
}
