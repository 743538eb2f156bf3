import type { Request } from 'express';
import { featuresOf } from './feature.ts';
import { pageOf } from './render.ts';

/** What somebody typed into a form whose session ended before it was sent. */
export interface KeptForm {
  /** The page of the form. */
  path: string;
  fields: Record<string, string | string[]>;
}

declare module 'express-session' {
  interface SessionData {
    kept?: KeptForm;
  }
}

const NOT_TYPED = new Set(['_csrf', '_method', 'step', 'seen', 'next']);
const LONGEST = 60_000;

/** The form that this late request sends, if there is something in it worth keeping. */
export function keptForm(req: Request): KeptForm | undefined {
  if (req.method === 'GET' || typeof req.body !== 'object') return undefined;
  // A password stands in it, and what was typed before waits elsewhere.
  if (req.body?._sealed !== undefined) return undefined;
  const page = [req.path, ...(req.method === 'POST' ? [`${req.path}/new`] : [])].find((path) => isLongPage(req, path));
  if (page) return readKept(req, JSON.stringify({ path: page, fields: req.body }));
  const [, records, id] = /^((?:\/[a-z-]+){1,2})(\/\d+)?$/.exec(req.path) ?? [];
  return readKept(req, JSON.stringify({ path: id ? `${records}${id}/edit` : `${records}/new`, fields: req.body }));
}

/** The same as the sign-in page carries it along; whatever else was made of it meanwhile is nothing. */
export function readKept(req: Request, text: string): KeptForm | undefined {
  if (!text || text.length > LONGEST) return undefined;
  try {
    const { path, fields } = JSON.parse(text);
    const entries = Object.entries(fields as object).filter(([name, value]) => !NOT_TYPED.has(name) && isTyped(value));
    return isLongForm(req, path) && entries.length > 0 ? { path, fields: Object.fromEntries(entries) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it was asked from the page of such a form, whatever it asks: to leave that page would lose what is typed. */
export function isAskedByForm(req: Request): boolean {
  const page = pageOf(req);
  return page !== undefined && isLongForm(req, page.split('?')[0]);
}

/** Whether the page of such a form stands there: one that makes a record, or edits one. */
function isLongForm(req: Request, path: unknown): boolean {
  if (isLongPage(req, path)) return true;
  const [, records] = /^((?:\/[a-z-]+){1,2})\/(?:new|\d+\/edit)$/.exec(String(path)) ?? [];
  return records !== undefined && featuresOf(req).some((feature) => feature.longForms === records);
}

function isLongPage(req: Request, path: unknown): boolean {
  return featuresOf(req).some((feature) => feature.longPages?.test(String(path)));
}

/** Once, for the page of the form. */
export function takeKept(req: Request): KeptForm['fields'] | undefined {
  const { kept } = req.session;
  if (kept?.path !== req.path) return undefined;
  delete req.session.kept;
  return kept.fields;
}

function isTyped(value: unknown): value is string | string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}
