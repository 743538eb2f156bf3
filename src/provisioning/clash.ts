import { Conflict } from '../verbs/refusals.ts';
import type { Clash } from './clash-store.ts';

/** It is another's already: what a program wants to make is there, as its own. */
export class Taken extends Conflict {}

/** Somebody who was here before is in the way: no program takes them for its own, unless somebody confirms that very one. */
export class Clashes extends Conflict {
  readonly met: Pick<Clash, 'provisionerId' | 'kind' | 'subjectId' | 'name' | 'externalId' | 'reason'>;

  constructor(met: Clashes['met']) {
    super(WORDS[met.reason](met.kind));
    this.met = met;
  }
}

const AND_THEN = 'An administrator can confirm on the page of this program that it is the same one.';

const WORDS: Record<Clash['reason'], (kind: string) => string> = {
  name: (kind) => `There is a ${kind} of this name already that this program does not keep. ${AND_THEN}`,
  email: (kind) => `There is a ${kind} with this email already that this program does not keep. ${AND_THEN}`,
  deleted: (kind) => `This ${kind} was deleted here, by somebody and not by this program. ${AND_THEN}`,
  'other provisioner': (kind) => `This ${kind} is kept by another program. ${AND_THEN}`,
};
