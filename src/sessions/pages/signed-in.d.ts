import type { SignedIn } from '../signed-in.ts';

declare global {
  namespace Express {
    interface Request {
      /** Set by authentication for whoever is signed in. */
      viewer?: SignedIn;
      /** What the log says beside path and status; `userId` null where a name was nobody's. */
      told?: { outcome: string; userId: number | null };
    }
  }
}
