import { type ContactViewer, maySee } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { prepared, preparedInForms } from '../../db/prepared.ts';
import type { Row } from '../../db/tables.ts';
import { recordPath } from '../../web/reader/record-path.ts';
import { type AuditEvent, ERASED, type Fields, type Reference, referencesIn } from '../audit-event.ts';

export const HIDDEN = 'a contact that you may not see';

/** A record as its reader may know it. */
export interface ShownName {
  /** What it is called now. */
  name: string;
  /** What it was called then, where that is something else. */
  formerly?: string;
  /** Where it stands, for who may read it. */
  path?: string;
}

/** What the records that events name are called now, as far as the viewer may see them. */
export class NamedRecords {
  readonly #viewer: ContactViewer;
  readonly #names: Record<Reference['type'] | 'token', Map<number, string>>;

  private constructor(viewer: ContactViewer, names: Record<Reference['type'] | 'token', Map<number, string>>) {
    this.#viewer = viewer;
    this.#names = names;
  }

  static async of(db: Reader, viewer: ContactViewer, events: AuditEvent[]): Promise<NamedRecords> {
    const named = events.flatMap(recordsIn);
    const idsOf = (type: Reference['type']) => [
      ...new Set(named.filter((one) => one.type === type).map(({ id }) => id)),
    ];
    const contacts = await selectContacts(db, { ids: idsOf('contact') });
    const seen = contacts.filter((one) =>
      maySee(viewer, { ownerUserId: one.owner_user_id, ownerGroupId: one.owner_group_id }),
    );
    return new NamedRecords(viewer, {
      user: byId(await selectNames(db, { table: 'users' }, { ids: idsOf('user') })),
      group: byId(await selectNames(db, { table: 'groups' }, { ids: idsOf('group') })),
      contact: byId(seen),
      token: byId(await tokenNames(db, events)),
    });
  }

  /** Of a contact that the viewer may not see, and of one that is gone, nothing is said. */
  isHidden({ type, id }: Pick<Reference, 'type' | 'id'>): boolean {
    return type === 'contact' && !this.#names.contact.has(id);
  }

  /** Of a token by which something was done. */
  token(id: number | null): Named | null {
    const name = id === null ? undefined : this.#names.token.get(id);
    return id === null || name === undefined ? null : { id, name };
  }

  shown(reference: Reference): ShownName {
    if (this.isHidden(reference)) return { name: HIDDEN };
    const { type, id, name: then } = reference;
    const name = this.#names[type].get(id) ?? then;
    const formerly = then === name || then === ERASED ? undefined : then;
    return { name, formerly, path: recordPath(this.#viewer, type, id) };
  }
}

export interface Named {
  id: number;
  name: string;
}

const selectNames = preparedInForms<{ table: 'users' | 'groups' | 'tokens' }, { ids: number[] }, Named>(
  (db, { table }, { ids }) => whereIdIn(db(table), 'id', ids).select('id', 'name'),
);

const selectContacts = prepared<
  { ids: number[] },
  Pick<Row<'contacts'>, 'id' | 'name' | 'owner_user_id' | 'owner_group_id'>
>((db, { ids }) => whereIdIn(db('contacts'), 'id', ids).select('id', 'name', 'owner_user_id', 'owner_group_id'));

/** Most events are by people: then nothing is asked. */
async function tokenNames(db: Reader, events: AuditEvent[]): Promise<Named[]> {
  const ids = [...new Set(events.flatMap(({ tokenId }) => tokenId ?? []))];
  return ids.length === 0 ? [] : selectNames(db, { table: 'tokens' }, { ids });
}

function byId(rows: Named[]): Map<number, string> {
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Who did it, what it was done to, and what its fields name. */
function recordsIn({ actorId, subjectType, subjectId, before, after }: AuditEvent): Pick<Reference, 'type' | 'id'>[] {
  const inFields = [before, after].flatMap((fields: Fields) => Object.values(fields).flatMap(referencesIn));
  const parties = [
    { type: 'user' as const, id: actorId },
    { type: subjectType, id: subjectId },
  ];
  return [...inFields, ...parties.filter(isRecord)];
}

/** Applications can be gone, and requests and the program have no record. */
export function isRecord<T extends { type: AuditEvent['subjectType']; id: number | null }>(
  party: T,
): party is T & Pick<Reference, 'type' | 'id'> {
  return party.id !== null && (party.type === 'user' || party.type === 'group' || party.type === 'contact');
}
