import type { Source } from '../../lists/keyset-page.ts';

/** Ids along a sort: all of them, or only some. */
export type Along = Pick<Source<number>, 'read' | 'placeOf' | 'isNullable'>;
