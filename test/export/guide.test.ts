import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { EXPORT_KINDS } from '../../src/export/pages/export-kinds.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/guide/export.md'), 'utf8');

it.each(Object.values(EXPORT_KINDS))('the guide names the columns of $name with their keys', ({ name, columns }) => {
  const [, table] = guide.split(`| ${name} | key |`);
  const rows = table.split('\n\n')[0].split('\n');
  const isNamed = (label: string, key: string) =>
    rows.some((row) => row.includes(label.replace(' (UTC)', '')) && row.includes(`\`${key}\``));
  expect(columns.filter(({ label, key }) => !isNamed(label, key)).map(({ key }) => key)).toEqual([]);
});
