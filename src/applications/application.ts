import { APPLICATIONS, type Application as BuiltIn } from '../access/rights.ts';
import type { Instant } from '../clock.ts';

/** What a right can be granted on: a part of Roster, or another program of the house that an administrator registered. */
export interface Application {
  /** What permissions, addresses and other programs call it. */
  key: string;
  name: string;
  description: string;
  registered?: Registration;
}

interface Registration {
  id: number;
  version: number;
  at: Instant;
  by: number | null;
}

const BUILT_IN: Record<BuiltIn, Pick<Application, 'name' | 'description'>> = {
  users: { name: 'Users', description: 'Who can sign in: create, invite, review, lock and unlock, deactivate.' },
  groups: { name: 'Groups', description: 'Who is in which group, and what each group grants.' },
  contacts: { name: 'Contacts', description: 'The address book: persons and companies, each with an owner.' },
  audit: { name: 'Audit', description: 'What was changed, by whom, and what was refused.' },
  settings: { name: 'Settings', description: 'How Roster itself is set up, and which applications are registered.' },
};

export const builtInApplications: Application[] = APPLICATIONS.map((key) => ({ key, ...BUILT_IN[key] }));
