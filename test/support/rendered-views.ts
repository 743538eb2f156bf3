import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';

export const VIEWS = join(import.meta.dirname, '../../views');

/** The files that were part of a page. */
const rendered = new Set<string>();

// Each is compiled once in a process, for whatever test comes first.
const { compile } = ejs;
ejs.compile = ((text: string, options: ejs.Options) => {
  const template = compile(text, options);
  return (page: object) => {
    rendered.add(options.filename!);
    return template(page);
  };
}) as typeof compile;

/** Whether a view, named as below `views`, was part of a page since `forgetRendered`. One that is not there was asked for by mistake. */
export function wasRendered(view: string): boolean {
  const file = join(VIEWS, view);
  if (!existsSync(file)) throw new Error(`there is no view ${view}`);
  return rendered.has(file);
}

export function forgetRendered(): void {
  rendered.clear();
}
