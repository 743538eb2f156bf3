/** What rights can be granted on. */
export const APPLICATIONS = ['users', 'groups', 'contacts', 'audit', 'settings'] as const;

export type Application = (typeof APPLICATIONS)[number];
export type Level = 'read' | 'write';

/** What somebody may do: the union over their groups. Write includes read. */
export type Rights = { readonly [application: string]: Level | undefined };

export const NO_RIGHTS: Rights = {};
export const ALL_RIGHTS: Rights = Object.fromEntries(
  APPLICATIONS.map((application) => [application, 'write' as const]),
);

/** What the command line holds: every right there is, on applications that are registered later as well. Told by its identity. */
export const EVERYTHING: Rights = Object.freeze({ ...ALL_RIGHTS });

export function grants(rights: Rights, application: string, level: Level): boolean {
  return rights === EVERYTHING || rights[application] === 'write' || rights[application] === level;
}

/** Whether whoever holds `rights` holds everything that `others` contain. */
export function covers(rights: Rights, others: Rights): boolean {
  return Object.entries(others).every(
    ([application, level]) => level === undefined || grants(rights, application, level),
  );
}

/** The same, where rights on registered applications do not matter. */
export function coversBuiltIn(rights: Rights, others: Rights): boolean {
  return APPLICATIONS.every((application) => {
    const level = others[application];
    return level === undefined || grants(rights, application, level);
  });
}

export function union(all: Rights[]): Rights {
  const rights: Record<string, Level | undefined> = {};
  for (const one of all)
    for (const [application, level] of Object.entries(one))
      if (rights[application] !== 'write') rights[application] = level;
  return rights;
}

/** "write on contacts, read on users"; the levels that matter most come first. */
export function grantsInWords(rights: Rights): string {
  const levels = (['write', 'read'] as const).map((level) => {
    const applications = Object.keys(rights).filter((application) => rights[application] === level);
    return applications.length > 0 ? `${level} on ${applications.sort().join(', ')}` : '';
  });
  return levels.filter(Boolean).join('; ');
}
