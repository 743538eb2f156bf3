import type { Request } from 'express';

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

/** The forms that take long to fill; none of them holds a password. */
const FORMS: [pattern: RegExp, page: (path: string) => string][] = [
  [/^\/(users|groups|contacts)$/, (path) => `${path}/new`],
  [/^\/(users|groups|contacts)\/\d+$/, (path) => `${path}/edit`],
];
const PAGES = /^\/(users|groups|contacts)\/(new|\d+\/edit)$/;
const NOT_TYPED = new Set(['_csrf', '_method', 'step', 'seen', 'next']);
const LONGEST = 60_000;

/** The form that this late request sends, if there is something in it worth keeping. */
export function keptForm(req: Request): KeptForm | undefined {
  const page = FORMS.find(([pattern]) => pattern.test(req.path))?.[1];
  if (!page || req.method === 'GET' || typeof req.body !== 'object') return undefined;
  return readKept(JSON.stringify({ path: page(req.path), fields: req.body }));
}

/** The same as the sign-in page carries it along; whatever else was made of it meanwhile is nothing. */
export function readKept(text: string): KeptForm | undefined {
  if (!text || text.length > LONGEST) return undefined;
  try {
    const { path, fields } = JSON.parse(text);
    const entries = Object.entries(fields as object).filter(([name, value]) => !NOT_TYPED.has(name) && isTyped(value));
    return PAGES.test(path) && entries.length > 0 ? { path, fields: Object.fromEntries(entries) } : undefined;
  } catch {
    return undefined;
  }
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
