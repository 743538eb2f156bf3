import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
const LONGEST_README = 80;

/** Links of the documents that lead nowhere, records of decisions that nobody finds, and a README that grew too long. */
export function checkDocs(): string[] {
  const files = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...documents()].map((file) =>
    join(root, file),
  );
  const findings: string[] = [];
  for (const file of files) {
    const name = relative(root, file);
    if (!existsSync(file)) {
      findings.push(`${name} is missing`);
      continue;
    }
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
      if (!/^[a-z]+:/.test(target) && !existsSync(join(dirname(file), target)))
        findings.push(`${name} links to ${target}, which is not there`);
    const lines = text.trimEnd().split('\n').length;
    if (name === 'README.md' && lines > LONGEST_README)
      findings.push(`README.md has ${lines} lines, more than ${LONGEST_README}`);
  }
  return [...findings, ...checkDecisions()];
}

/** Records that are headed otherwise than all are, and those that no newcomer finds in the index. */
function checkDecisions(): string[] {
  const folder = join(root, 'docs/decisions');
  const index = readFileSync(join(folder, 'README.md'), 'utf8');
  return readdirSync(folder)
    .filter((file) => /^\d{4}-/.test(file))
    .flatMap((file) => {
      const [head] = readFileSync(join(folder, file), 'utf8').split('\n');
      const number = Number(file.slice(0, 4));
      return [
        ...(head.startsWith(`# ${number}. `) ? [] : [`docs/decisions/${file} does not begin with "# ${number}. "`]),
        ...(index.includes(`](${file})`) ? [] : [`docs/decisions/README.md does not name ${file}`]),
      ];
    });
}

function documents(): string[] {
  const folder = join(root, 'docs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
}
