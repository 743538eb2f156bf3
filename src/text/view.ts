import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { PROGRAM_FOLDER } from '../program.ts';

const viewsFolder = join(PROGRAM_FOLDER, 'views');

type Template = (page: object) => string;
const templates = new Map<string, Template>();

/** A view as text. */
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
      // Lines are indented for whoever reads the template, not for the browser.
      rmWhitespace: true,
    });
    templates.set(view, template);
  }
  return template(page);
}
