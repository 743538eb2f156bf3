import { fold } from '../text.ts';

/** What a column of a list can tell of each person. */
export type PeopleColumn =
  | 'email'
  | 'name'
  | 'firstName'
  | 'lastName'
  | 'login'
  | 'groups'
  | 'tags'
  | 'startsAt'
  | 'leavesAt';

/** What such a column is called, folded and without punctuation: in English, German, and as address books export it. */
export const HEADS: Record<PeopleColumn, readonly string[]> = {
  email: [
    ...['email', 'e mail', 'mail', 'emails', 'system email', 'email address', 'e mail address', 'mail address'],
    ...['emailadresse', 'e mail adresse', 'mailadresse', 'primary email', 'e mail 1 value', 'email 1', 'e mail 1'],
    ...['work email', 'business email', 'company email', 'adresse e mail', 'courriel', 'correo', 'indirizzo email'],
  ],
  name: [
    ...['name', 'full name', 'fullname', 'display name', 'displayname', 'person', 'employee', 'contact'],
    ...['anzeigename', 'vollstandiger name', 'voller name', 'vor und nachname', 'name vorname'],
    ...['vorname nachname', 'nachname vorname', 'first name last name', 'last name first name'],
    ...['mitarbeiter', 'mitarbeiterin', 'mitarbeitende', 'kollege', 'kollegin'],
    ...['kontakt', 'nom complet', 'nombre completo'],
  ],
  firstName: [
    'first name',
    'firstname',
    'given name',
    'givenname',
    'forename',
    'vorname',
    'vornamen',
    'prenom',
    'nombre',
  ],
  lastName: [
    ...['last name', 'lastname', 'surname', 'family name', 'familyname', 'nachname', 'familienname', 'zuname'],
    ...['nom', 'nom de famille', 'apellidos', 'cognome'],
  ],
  login: [
    ...['user', 'user name', 'username', 'login', 'sign in name', 'login name', 'account name'],
    ...['benutzer', 'benutzername', 'anmeldename', 'kennung', 'utilisateur'],
  ],
  groups: [
    ...['group', 'groups', 'group membership', 'group memberships', 'membership', 'memberships', 'team', 'teams'],
    ...['gruppe', 'gruppen', 'gruppenmitgliedschaft', 'gruppenmitgliedschaften', 'groupe', 'groupes', 'grupo'],
  ],
  tags: ['tag', 'tags', 'label', 'labels', 'schlagwort', 'schlagworte', 'schlagworter', 'stichwort', 'stichworte'],
  startsAt: [
    ...['starts', 'starts on', 'start', 'start date', 'entry date', 'first day', 'joins on', 'valid from'],
    ...['beginn', 'eintritt', 'eintrittsdatum', 'erster tag', 'gultig ab', 'ab', 'startdatum'],
  ],
  leavesAt: [
    ...[
      'leaves',
      'leaves on',
      'expiry',
      'expiry date',
      'expires',
      'expires on',
      'expiration',
      'expiration date',
      'valid until',
      'until',
    ],
    ...[
      'end',
      'end date',
      'ablauf',
      'ablaufdatum',
      'lauft ab',
      'gultig bis',
      'befristet bis',
      'bis',
      'ende',
      'enddatum',
      'austritt',
      'austrittsdatum',
      'letzter tag',
      'last day',
      'leaving date',
    ],
  ],
};

const LONGEST_HEAD = 200;

/** A head as heads are compared: "E-Mail (dienstlich):" is called as "email". */
export function headKey(cell: string): string {
  return fold(cell.slice(0, LONGEST_HEAD).replace(/[([][^()[\]]*[)\]]/g, ' ')).replace(/[^\p{L}\p{N}]+/gu, '');
}

const COLUMN_OF = new Map(
  Object.entries(HEADS).flatMap(([column, heads]) => heads.map((head) => [headKey(head), column as PeopleColumn])),
);

/** Which column a cell of a head line names; undefined where it is none that is known. */
export function columnNamed(cell: string): PeopleColumn | undefined {
  return cell.length > 60 || cell.includes('@') ? undefined : COLUMN_OF.get(headKey(cell));
}

/** The columns that a line of cells names, in its order, each once; undefined where it is no head line. */
export function headColumns(cells: string[]): (PeopleColumn | undefined)[] | undefined {
  const seen = new Set<PeopleColumn>();
  const columns = cells.map((cell) => {
    const column = columnNamed(cell);
    if (column === undefined || seen.has(column)) return undefined;
    seen.add(column);
    return column;
  });
  const isHead = seen.has('email') || seen.size >= 2;
  if (!isHead || cells.some((cell) => cell.includes('@'))) return undefined;
  // In German a "Name" beside a "Vorname" is the family name.
  if (seen.has('firstName') && !seen.has('lastName'))
    return columns.map((column) => (column === 'name' ? 'lastName' : column));
  return columns;
}
