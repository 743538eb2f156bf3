import type { Level } from '../../access/rights.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { visibleOwnerships } from '../../contacts/ownership-values.ts';
import { BitSet } from '../../facets/bit-set.ts';
import { type FacetIndex, lazily, type Within } from '../../facets/facet-index.ts';
import type { GroupNames } from '../../groups/names/group-names.ts';
import { STATES, type State } from '../user-state.ts';
import { ACTIVITIES, type UserFacet } from './user-facets.ts';

/** As the address calls those who are administrators; every other right is an application and a level. */
export const ADMINISTRATOR = 'administrator';
/** For a value that is not known, or that the viewer may not know of. */
export const NOBODY: Within = { name: 'nobody', set: new BitSet() };

/** Who has no password, or may not sign in with one. */
const WITHOUT_PASSWORD: State[] = ['not-invited', 'invited', 'invitation-expired', 'api-only'];
const ANY_DATE = 0;

/**
 * Sets of users that follow from others: what a group grants, or that it comes back, changes them at once without a change of
 * anybody. They are made when they are asked for, and kept until what they are made of changes.
 */
export class DerivedSets {
  private readonly facets: FacetIndex<UserFacet>;
  private readonly groups: GroupNames;
  private readonly kept = new Map<string, { version: string; set: BitSet }>();

  constructor(facets: FacetIndex<UserFacet>, groups: GroupNames) {
    this.facets = facets;
    this.groups = groups;
  }

  /** In no group, but for deleted ones and for memberships that are over. */
  groupless(): Within {
    return this.keeping('groupless', this.facets.versionOf('group'), () =>
      this.facets.others(this.facets.union('group', this.groups.standing())),
    );
  }

  /** Without a linked contact that the viewer sees; nobody, to who sees none. */
  contactless(viewer: ContactViewer): Within {
    const ownerships = visibleOwnerships(viewer);
    if (ownerships.length === 0) return NOBODY;
    return lazily(`contactless ${ownerships}`, () => this.facets.others(this.facets.union('contact', ownerships)));
  }

  /** Who has a right, as the address calls it, through an active group; write includes read. */
  holders(right: string): Within {
    if (right === ADMINISTRATOR) return this.keeping(right, String(this.facets.version), () => this.administrators());
    const [, application, level] = /^(.+)\.(read|write)$/.exec(right) ?? [];
    if (!application) return NOBODY;
    const granting = this.groups.granting(application, level as Level);
    // Nothing is kept for what nobody has: whoever asks may make it up.
    if (granting.length === 0) return NOBODY;
    return this.keeping(right, this.facets.versionOf('group'), () => this.facets.union('group', granting));
  }

  /** The same as `access/administrators.ts` says by SQL. */
  private administrators(): BitSet {
    const granting = ['users', 'groups'].map((application) => this.groups.granting(application, 'write'));
    const [found, others] = granting.map((groups) => this.facets.union('group', groups));
    found.intersect(others).intersect(this.facets.union('activity', [ACTIVITIES.indexOf('active')]));
    found.subtract(
      this.facets.union(
        'state',
        WITHOUT_PASSWORD.map((state) => STATES.indexOf(state)),
      ),
    );
    found.subtract(this.facets.union('expires', [ANY_DATE]));
    const sets = granting.map((groups) => new Set(groups));
    found.forEach((id) => {
      const ends = this.facets.valuesOf('end', id);
      if (ends.length === 0) return;
      const endless = this.facets.valuesOf('group', id).filter((group) => !ends.includes(group * 2));
      if (!sets.every((groups) => endless.some((group) => groups.has(group)))) found.delete(id);
    });
    return found;
  }

  private keeping(name: string, ofFacets: string, make: () => BitSet): Within {
    const version = `${ofFacets} ${this.groups.change}`;
    return lazily(`${name} ${version}`, () => {
      const kept = this.kept.get(name);
      if (kept?.version === version) return kept.set;
      const set = make();
      this.kept.set(name, { version, set });
      return set;
    });
  }
}
