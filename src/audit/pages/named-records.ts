import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import { recordPath } from '../../web/reader/record-path.ts';
import { type AuditEvent, ERASED, type Fields, type Reference, referencesIn } from '../audit-event.ts';
import { findContactNamesById, findNamesById } from '../names-by-id.ts';

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
    return new NamedRecords(viewer, {
      contact: await findContactNamesById(db, viewer, idsOf('contact')),
      user: await findNamesById(db, 'users', idsOf('user')),
      group: await findNamesById(db, 'groups', idsOf('group')),
      token: await tokenNames(db, events),
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

/** Most events are by people: then nothing is asked. */
async function tokenNames(db: Reader, events: AuditEvent[]): Promise<Map<number, string>> {
  const ids = [...new Set(events.flatMap(({ tokenId }) => tokenId ?? []))];
  return ids.length === 0 ? new Map() : findNamesById(db, 'tokens', ids);
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
