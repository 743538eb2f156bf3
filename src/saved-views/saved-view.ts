import type { Activity } from '../access/activity.ts';
import { may, type Viewer } from '../access/viewer.ts';

/** A view of the users list that somebody keeps under a name. What it shows is decided by the rights of whoever opens it. */
export interface SavedView {
  id: number;
  ownerId: number;
  /** As they are called now, whatever has become of them. */
  ownerName: string;
  ownerActivity: Activity;
  name: string;
  /** The plain address of the list. */
  address: string;
  isShared: boolean;
}

/** Every pinned view stands with its address on each page of the list. */
export const LONGEST_ADDRESS = 2_000;

/** So many may somebody keep, be shared by all together, and be pinned by each. */
export const MOST_KEPT = 100;
export const MOST_SHARED = 200;
export const MOST_PINNED = 12;

/** Only its owner changes it: the others have pinned what they saw. */
export function mayChange(viewer: Viewer, view: SavedView): boolean {
  return view.ownerId === viewer.id;
}

/** Whoever maintains the installation tidies up what was shared by people who have left. */
export function mayDelete(viewer: Viewer, view: SavedView): boolean {
  return mayChange(viewer, view) || (view.isShared && may(viewer, 'settings', 'write'));
}

/** What others see is shared by who may change users; own ones are nobody's matter. */
export function mayShare(viewer: Viewer): boolean {
  return may(viewer, 'users', 'write');
}
