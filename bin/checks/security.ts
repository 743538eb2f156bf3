import { existsSync, readFileSync } from 'node:fs';
import { findNamedTests, SECURITY_PAGE, securityPage } from '../security/page.ts';
import { REQUIREMENTS } from '../security/requirements.ts';

/** Demands that no test names, numbers that nothing demands, and a page that tells of other tests than there are. */
export function checkSecurity(): string[] {
  const named = findNamedTests();
  const requirements = REQUIREMENTS.flatMap((group) => group.requirements);
  const findings: string[] = [];
  for (const { number, demand, without } of requirements) {
    if (!named.has(number) && !without) findings.push(`no test names R${number}: ${demand}`);
    if (named.has(number) && without) findings.push(`R${number} has tests, and is said to have none`);
  }
  const known = new Set(requirements.map(({ number }) => number));
  for (const [number, [{ file }]] of named)
    if (!known.has(number)) findings.push(`${file} names R${number}, which bin/security/requirements.ts does not have`);
  const page = existsSync(SECURITY_PAGE) ? readFileSync(SECURITY_PAGE, 'utf8') : '';
  if (page !== securityPage(named)) findings.push('docs/security.md is of other tests: npm run security');
  return findings;
}
