import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REQUIREMENTS, type Requirement } from './requirements.ts';

const root = join(import.meta.dirname, '../..');
export const SECURITY_PAGE = join(root, 'docs/security.md');

/** The title of a test or of a group of tests that says which demand it holds. */
const TITLE = /(['"`])((?:(?!\1).)*\bR\d{1,2}\b(?:(?!\1).)*)\1/;

export interface NamedTest {
  file: string;
  title: string;
}

/** The tests that name each requirement. */
export function findNamedTests(): Map<number, NamedTest[]> {
  const named = new Map<number, NamedTest[]>();
  for (const file of globSync('{test,faults}/**/*.ts', { cwd: root }).sort())
    for (const line of readFileSync(join(root, file), 'utf8').split('\n')) {
      const title = TITLE.exec(line)?.[2];
      for (const [, number] of title?.matchAll(/\bR(\d{1,2})\b/g) ?? [])
        named.set(Number(number), [...(named.get(Number(number)) ?? []), { file, title: title! }]);
    }
  return named;
}

/** The page that lists, by requirement, which tests hold it. */
export function securityPage(named: Map<number, NamedTest[]>): string {
  const groups = REQUIREMENTS.map(
    ({ title, requirements }) =>
      `## ${title}\n\n| | what must hold | held by |\n| --- | --- | --- |\n${requirements.map((one) => rowOf(one, named.get(one.number) ?? [])).join('\n')}\n`,
  );
  return `${HEAD}\n${groups.join('\n')}`;
}

const HEAD = `# Security: what is demanded, and which tests hold it

Made by \`npm run security\` from the titles of the tests, and checked by \`npm test\`: a demand that no test names fails it.
What Roster promises in words stands in [SECURITY.md](../SECURITY.md), what happens under crashes and load in [faults.md](faults.md).
`;

function rowOf({ number, demand, without }: Requirement, tests: NamedTest[]): string {
  const files = [...Map.groupBy(tests, ({ file }) => file)];
  const held = files.map(([file, those]) => `[${file}](../${file})${those.length > 1 ? ` (${those.length})` : ''}`);
  return `| R${number} | ${demand} | ${held.join('<br>') || without || ''} |`;
}
