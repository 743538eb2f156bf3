import type { Request } from 'express';
import { isSecretField } from '../forms/secret-fields.ts';
import { featuresOf } from './feature.ts';
import { markIn } from './form-marks.ts';
import { asTickedLast } from './reader/list-ticks.ts';
import { formPage, pageOf } from './render.ts';
import { safePath } from './safe-path.ts';

/** What somebody typed and chose in a form whose session ended before it was sent. */
export interface KeptForm {
  /** The page that it stood on, with its view. */
  path: string;
  /** Where it was sent to, and how: a page may have several. */
  action: string;
  method: string;
  fields: Record<string, string | string[]>;
  /** Whose it is: it is shown to nobody else. */
  mark: string;
  /** What of it is never kept, or could not be. */
  without?: Unkept;
  /** Or it waits on the server for a confirmation, under this handle. */
  sealed?: string;
}

type Unkept = 'secret' | 'file' | 'length';

declare module 'express-session' {
  interface SessionData {
    kept?: KeptForm;
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const NOT_TYPED = new Set(['step', 'seen', 'next']);
/** As much as the longest form has: a list of people. */
const LONGEST = 700_000;

/** What is said of what is missing in a form that came back. */
export const WITHOUT: Record<Unkept, string> = {
  secret: 'Passwords and codes are never kept: type them anew.',
  file: 'A file is not kept: choose it again.',
  length: 'It was too long to be kept.',
};

/** The form that this late request sends, if there is something in it worth keeping and it says whose it was. */
export function keptForm(req: Request): KeptForm | undefined {
  const mark = markIn(req.body);
  const from = formPage(req);
  if (SAFE.has(req.method) || !mark || !from) return undefined;
  const sent = Object.entries(req.body as object);
  const { _sealed: sealed } = req.body;
  const isSecretSent = sent.some(([name, value]) => isSecretField(name) && value !== '');
  const form: KeptForm = {
    path: asTickedLast(from, req.body),
    action: req.originalUrl.split('?')[0],
    method: req.method.toLowerCase(),
    fields: Object.fromEntries(sent.filter(([name, value]) => isKept(name) && isTyped(value))),
    mark,
    ...(typeof sealed === 'string' ? { sealed } : isSecretSent && { without: 'secret' }),
    ...(req.is('multipart') && { without: 'file' }),
  };
  if (JSON.stringify(form).length > LONGEST) return { ...form, fields: {}, without: 'length' };
  return Object.keys(form.fields).length > 0 || form.without || form.sealed ? form : undefined;
}

/** The same as the sign-in page carries it along; whatever else was made of it meanwhile is nothing. */
export function readKept(text: string): KeptForm | undefined {
  if (!text || text.length > LONGEST) return undefined;
  try {
    const { path, action, method, fields, mark, without, sealed } = JSON.parse(text);
    const kept = {
      path: safePath(path),
      fields: Object.fromEntries(
        Object.entries(fields as object).filter(([name, value]) => isKept(name) && isTyped(value)),
      ),
    };
    const isWhole = [action, method, mark].every((one) => typeof one === 'string');
    if (kept.path === undefined || !isWhole) return undefined;
    const more = { ...(Object.hasOwn(WITHOUT, without) && { without }), ...(typeof sealed === 'string' && { sealed }) };
    return { ...(kept as { path: string } & typeof kept), action, method, mark, ...more };
  } catch {
    return undefined;
  }
}

/** Once, for the page of the form. */
export function takeKept(req: Request): KeptForm['fields'] | undefined {
  const { kept } = req.session;
  if (kept?.path.split('?')[0] !== req.path) return undefined;
  delete req.session.kept;
  return kept.fields;
}

/** Whether it was asked from the page of a form that takes long to fill, whatever it asks: to leave that page would lose what is typed. */
export function isAskedByForm(req: Request): boolean {
  const path = pageOf(req)?.split('?')[0];
  if (path === undefined) return false;
  const [, records] = /^((?:\/[a-z-]+){1,2})\/(?:new|\d+\/edit)$/.exec(path) ?? [];
  return featuresOf(req).some(
    ({ longForms, longPages }) => longPages?.test(path) || (records !== undefined && longForms === records),
  );
}

function isKept(name: string): boolean {
  return !name.startsWith('_') && !NOT_TYPED.has(name) && !isSecretField(name);
}

function isTyped(value: unknown): value is string | string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}
