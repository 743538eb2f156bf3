import { writeFileSync } from 'node:fs';
import { findNamedTests, SECURITY_PAGE, securityPage } from './security/page.ts';

writeFileSync(SECURITY_PAGE, securityPage(findNamedTests()));
