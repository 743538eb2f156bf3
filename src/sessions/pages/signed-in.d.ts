import { type Viewer } from '../../access/viewer.ts';
import type { User } from '../../users/user.ts';

/** A signed-in viewer. */
export interface SignedIn extends Viewer {
  id: number;
  user: User;
  /** The ids of the groups that they lead. */
  leads: number[];
}

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
