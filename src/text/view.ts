import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { PROGRAM_FOLDER } from '../program.ts';

const viewsFolder = join(PROGRAM_FOLDER, 'views');

type Template = (page: object) => string;
const templates = new Map<string, Template>();

/** What a view is given, with the way to make others part of it. */
interface Page {
  /** Another view as text, which is given all that this one was, and the rest. */
  part(view: string, more?: object): string;
}

/** A view as text, by its path below `views/`. */
export function renderView(view: string, page: object): string {
  return templateOf(view)({ ...page, part } satisfies Page);
}

/** The library's own `include` looks for the file anew each time, and copies what it hands on twice. */
function part(this: Page, view: string, more?: object): string {
  return templateOf(view)(more ? { ...this, ...more } : this);
}

function templateOf(view: string): Template {
  const known = templates.get(view);
  if (known) return known;
  const filename = join(viewsFolder, `${view}.ejs`);
  // Without `with`, and with one name for all that a view is given: three times as fast, and a misspelt name is an error.
  const template = ejs.compile(readFileSync(filename, 'utf8'), {
    filename,
    strict: true,
    _with: false,
    localsName: 'page',
    // What a view is given is one object that is made anew for it: there is nothing to copy. The types do not know it yet.
    ...{ unsafePrototypeLocals: true },
    escape: escaped,
    // Lines are indented for whoever reads the template, not for the browser.
    rmWhitespace: true,
  });
  templates.set(view, template);
  return template;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const MARKUP = /[&<>"']/;
const ALL_MARKUP = /[&<>"']/g;

/** Most texts hold nothing that has to be written otherwise. */
function escaped(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = String(value);
  return MARKUP.test(text) ? text.replace(ALL_MARKUP, (letter) => ENTITIES[letter]) : text;
}
