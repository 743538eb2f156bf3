import { ACTIVITIES } from '../../access/activity.ts';
import type { Level } from '../../access/rights.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { visibleOwnerships } from '../../contacts/ownership-values.ts';
import { type FacetIndex, lazily, type Within } from '../../facets/facet-index.ts';
import { BitSet } from '../../facets/sets/bit-set.ts';
import type { GroupNames } from '../../groups/names/group-names.ts';
import { STATES, type State } from '../user-state.ts';
import type { UserFacet } from './user-facets.ts';

/** As the address calls those who are administrators; every other right is an application and a level. */
export const ADMINISTRATOR = 'administrator';
/** For a value that is not known, or that the viewer may not know of. */
export const NOBODY: Within = { name: 'nobody', set: new BitSet() };

/** Who has not started, has no password, or may not sign in with one. */
const NOT_LET_IN: State[] = ['not-started', 'not-invited', 'invited', 'invitation-expired', 'password-due', 'api-only'];
const NO_MEMBERSHIP = 0;
const ACTIVE = ACTIVITIES.indexOf('active');
/** Is in no facet: whether it is so of a program is so of who answers for it. */
export const ORPHANED = STATES.indexOf('orphaned');
const LEFT = STATES.indexOf('left');

/**
 * Sets of users that follow from others: what a group grants, or that it comes back, changes them at once without a change of
 * anybody. They are made when they are asked for, and kept until what they are made of changes.
 */
export class DerivedSets {
  readonly facets: FacetIndex<UserFacet>;
  private readonly groups: GroupNames;
  private readonly kept = new Map<string, { version: string; set: BitSet }>();

  constructor(facets: FacetIndex<UserFacet>, groups: GroupNames) {
    this.facets = facets;
    this.groups = groups;
  }

  /** In no group, but for deleted ones and for memberships that are over. */
  groupless(): Within {
    const version = `${this.facets.versionOf('group')} ${this.facets.versionOf('membership')}`;
    return this.keeping('groupless', version, () => {
      const { deleted } = this.groups;
      const found = this.facets.union('membership', [NO_MEMBERSHIP]);
      this.facets.union('group', [...deleted]).forEach((id) => {
        if (this.facets.valuesOf('group', id).every((group) => deleted.has(group))) found.add(id);
      });
      return found;
    });
  }

  /** Who is in the group, those included whose membership is over. */
  membersOf(groupId: number): Within {
    return lazily(`members ${groupId}`, () =>
      this.facets.union('group', [groupId]).unite(this.facets.union('membership', [groupId * 2 + 1])),
    );
  }

  /** Without a linked contact that the viewer sees; nobody, to who sees none. */
  contactless(viewer: ContactViewer): Within {
    const ownerships = visibleOwnerships(viewer);
    if (ownerships.length === 0) return NOBODY;
    return lazily(`contactless ${ownerships}`, () => this.facets.others(this.facets.union('contact', ownerships)));
  }

  /**
   * Programs that nobody answers for any more. Where somebody goes who answers for thousands, or comes back, be it by themselves at a moment, that is
   * one user who changed.
   */
  orphaned(): Within {
    const { facets } = this;
    return this.keeping('orphaned', String(facets.version), () => {
      const unanswered = facets.valuesIn('owner').filter((owner) => !this.answers(owner));
      return facets.union('owner', unanswered).intersect(facets.union('activity', [ACTIVE]));
    });
  }

  /** The same of one, by the number by which they are held. */
  isOrphaned(id: number): boolean {
    const [owner] = this.facets.valuesOf('owner', id);
    return owner !== undefined && this.isActive(id) && !this.answers(owner);
  }

  /** Nobody does who is not let in any more. */
  private answers(owner: number): boolean {
    return this.isActive(owner) && !this.facets.valuesOf('state', owner).includes(LEFT);
  }

  private isActive(id: number): boolean {
    return this.facets.valuesOf('activity', id)[0] === ACTIVE;
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

  /** The same as `access/administrators.ts` says by SQL. Those whose groups would make them one are few, and looked at one by one. */
  private administrators(): BitSet {
    const granting = ['users', 'groups'].map((application) => new Set(this.groups.granting(application, 'write')));
    const [found, others] = granting.map((groups) => this.facets.union('group', [...groups]));
    found.intersect(others).forEach((id) => {
      if (!this.maySignIn(id) || !granting.every((groups) => this.isForGood(id, groups))) found.delete(id);
    });
    return found;
  }

  /** With a password, and without an end. */
  private maySignIn(id: number): boolean {
    const { facets } = this;
    if (!this.isActive(id)) return false;
    if (facets.valuesOf('leaves', id).length > 0) return false;
    return !facets.valuesOf('state', id).some((state) => NOT_LET_IN.includes(STATES[state]));
  }

  /** Whether somebody who is in one of the groups is in one of them without an end. */
  private isForGood(id: number, groups: ReadonlySet<number>): boolean {
    const ends = this.facets.valuesOf('membership', id);
    if (ends.length === 0) return true;
    return this.facets.valuesOf('group', id).some((group) => groups.has(group) && !ends.includes(group * 2));
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
