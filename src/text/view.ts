import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { Kept } from '../kept.ts';
import { PROGRAM_FOLDER } from '../program.ts';

const viewsFolder = join(PROGRAM_FOLDER, 'views');

type Template = (page: object) => string;
const templates = new Map<string, Template>();

/** What a view is given, with the way to make others part of it. */
interface Page {
  /** Another view as text, which is given all that this one was, and the rest. */
  part(view: string, more?: object): string;
  /** Another view that is given these things alone, for what stands on a page many times: a page has many more, and each of them is copied. */
  piece(view: string, things: object): string;
  /** Another view that is given these things alone. As long as they are the same, so is what it says: it is kept, unless they are new each time. */
  keptPart(view: string, things: object, isNew?: boolean): string;
  /**
   * Another view that is given one thing of many, and what it goes by beside it. Where that thing is frozen it is kept with it, for what it last
   * went by; the rest is always the same.
   */
  partOf(view: string, one: object, by: unknown, rest: object): string;
  /** An icon, the same on every page. What draws one is given the way to files. */
  drawn(icon: string): string;
}

/** A view as text, by its path below `views/`. */
export function renderView(view: string, page: object): string {
  return Buffer.from(renderBytes(view, page), 'latin1').toString();
}

/**
 * The same as it is sent: a letter for each byte of its UTF-8. One letter that is not Latin, be it in a single name, has a string take two
 * bytes for all of them, and a page takes twice as long to be put together and sent.
 */
export function renderBytes(view: string, page: object): string {
  return templateOf(view)({ ...page, ...PARTS } satisfies Page);
}

/** The library's own `include` looks for the file anew each time, and copies what it hands on twice. */
function part(this: Page, view: string, more?: object): string {
  return templateOf(view)(more ? { ...this, ...more } : this);
}

function piece(view: string, things: object): string {
  return templateOf(view)({ ...things, ...PARTS } satisfies Page);
}

const keptParts = new Map<string, Kept<string>>();

function keptPart(view: string, things: object, isNew = false): string {
  if (isNew) return piece(view, things);
  const kept = keptParts.get(view) ?? new Kept();
  keptParts.set(view, kept);
  return kept.get(Object.values(things), () => inOnePiece(piece(view, things)));
}

const partsOf = new Map<string, WeakMap<object, { by: unknown; text: string }>>();

function partOf(view: string, one: object, by: unknown, rest: object): string {
  const kept = partsOf.get(view) ?? new WeakMap();
  partsOf.set(view, kept);
  const known = kept.get(one);
  if (known && Object.is(known.by, by)) return known.text;
  const text = inOnePiece(templateOf(view)({ ...rest, one, by }));
  if (Object.isFrozen(one)) kept.set(one, { by, text });
  return text;
}

const drawings = new Map<string, string>();

function drawn(this: { assetPath?(file: string): string }, icon: string): string {
  let text = drawings.get(icon);
  if (text === undefined) {
    text = inOnePiece(templateOf('_icon')({ icon, assetPath: this.assetPath }));
    drawings.set(icon, text);
  }
  return text;
}

const PARTS = { part, piece, keptPart, partOf, drawn };

/** What was put together of many strings holds on to them, and is put together anew wherever it becomes part of another. */
function inOnePiece(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('latin1');
}

function templateOf(view: string): Template {
  const known = templates.get(view);
  if (known) return known;
  const filename = join(viewsFolder, `${view}.ejs`);
  // Without `with`, and with one name for all that a view is given: three times as fast, and a misspelt name is an error.
  const template = ejs.compile(sourceOf(readFileSync(filename, 'utf8')), {
    filename,
    strict: true,
    _with: false,
    localsName: 'page',
    // What a view is given is one object that is made anew for it: there is nothing to copy. The types do not know it yet.
    ...{ unsafePrototypeLocals: true },
    escape: escaped,
  });
  templates.set(view, template);
  return template;
}

/** Lines are indented, and set apart, for whoever reads the template, not for the browser. */
const INDENTATION = /^\s+|(?<!\s)\s+$/gm;
const EMPTY_LINES = /[\r\n]+/g;
const CODE_OR_LETTERS = /<%[\s\S]*?%>|[\u0080-\uffff]+/g;

/** What stands around the code of a template as it is sent; what code says it hands on as text. */
function sourceOf(template: string): string {
  const isCode = (piece: string) => piece.startsWith('<%');
  return template
    .replace(EMPTY_LINES, '\n')
    .replace(INDENTATION, '')
    .replace(CODE_OR_LETTERS, (piece) => (isCode(piece) ? piece : inBytes(piece)));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const LETTERS = Object.fromEntries(Object.entries(ENTITIES).map(([letter, entity]) => [entity, letter]));
const PLAIN = /^[^&<>"'\u0080-\uffff]*$/;
const MARKUP = /[&<>"']/;
const ALL_MARKUP = /[&<>"']/g;
const BEYOND_ASCII = /[\u0080-\uffff]/;

/** A text as it stands on a page that is sent. Most hold nothing that has to be written otherwise. */
export function escaped(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = String(value);
  if (PLAIN.test(text)) return text;
  const plain = MARKUP.test(text) ? text.replace(ALL_MARKUP, (letter) => ENTITIES[letter]) : text;
  return BEYOND_ASCII.test(plain) ? inBytes(plain) : plain;
}

/** What such a text says. */
export function unescaped(text: string): string {
  const plain = text.replace(/&(?:amp|lt|gt|#34|#39);/g, (entity) => LETTERS[entity]);
  return Buffer.from(plain, 'latin1').toString();
}

function inBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
