import { MINUTE } from '../clock.ts';
import { ListsBefore, type Place } from '../provisioning/searching/lists-before.ts';

const KEPT = 1_000;
const KEPT_FOR = 10 * MINUTE;

/**
 * Where pages of lists ended: who asks by numbers (`startIndex`) for the page that follows goes on from there, and nothing is counted off
 * once more. It is a hint alone: another process, or none at all, answers the same, only later.
 */
export class Bookmarks {
  readonly lists = new ListsBefore();
  private readonly places = new Map<string, { place: Place; at: number }>();

  find(list: string, startIndex: number, now: number): Place | undefined {
    const found = this.places.get(`${startIndex} ${list}`);
    return found && Math.abs(now - found.at) < KEPT_FOR ? found.place : undefined;
  }

  put(list: string, startIndex: number, place: Place, now: number): void {
    const key = `${startIndex} ${list}`;
    this.places.delete(key);
    this.places.set(key, { place, at: now });
    if (this.places.size <= KEPT) return;
    const [oldest] = this.places.keys();
    this.places.delete(oldest);
  }
}
