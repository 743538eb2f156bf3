import { type Holder, mayAdminister, type Viewer } from '../access/viewer.ts';
import { NOT_YOURS } from './outcome.ts';
import { Forbidden } from './refusals.ts';

/** Throws Forbidden where the viewer may not change this one (R61). */
export function requireAdministered(by: Viewer, subject: Holder & { name: string }): void {
  if (!mayAdminister(by, subject)) throw new Forbidden(`${subject.name} ${NOT_YOURS}.`);
}
