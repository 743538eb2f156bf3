import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The icons that pages use; each is a file of its package. */
export const ICONS = [
  'alert',
  'apps',
  'arrow-down',
  'arrow-up',
  'check',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'circle-slash',
  'clock',
  'command-palette',
  'copy',
  'download',
  'eye-closed',
  'filter',
  'gear',
  'graph',
  'history',
  'id-badge',
  'info',
  'kebab-horizontal',
  'key',
  'link',
  'log',
  'mail',
  'organization',
  'pencil',
  'people',
  'person',
  'person-add',
  'plus',
  'search',
  'shield-check',
  'sign-out',
  'sort-desc',
  'tag',
  'trash',
  'undo',
  'unlock',
  'upload',
  'webhook',
  'x',
] as const;

export type Icon = (typeof ICONS)[number];

const { resolve } = createRequire(import.meta.url);

/** All icons as one file: a page draws one by `<use href="…#name">`. Made once, when the program starts. */
export const iconSprite = `<svg xmlns="http://www.w3.org/2000/svg">${ICONS.map(symbol).join('')}</svg>`;

function symbol(name: Icon): string {
  const file = readFileSync(resolve(`@primer/octicons/build/svg/${name}-16.svg`), 'utf8');
  return file.replace(/<svg[^>]*>/, `<symbol id="${name}" viewBox="0 0 16 16">`).replace('</svg>', '</symbol>');
}
