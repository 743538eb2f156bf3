import { EVERYTHING, NO_RIGHTS, type Rights } from '../access/rights.ts';
import { type Instant, instant } from '../clock.ts';
import type { Act, ActSettings } from './act.ts';

interface Circumstances {
  /** Of the user in whose name it is done, where there is one. */
  id?: number;
  /** What the audit calls it. */
  name: string;
  rights?: Rights;
  /** Left out, now. */
  at?: Instant;
  address?: string;
  /** Of the request that it answers; left out, its own name. */
  requestId?: string;
}

/** What the program does by itself, for nobody who is signed in: without any right, unless some are given. */
export function programAct(settings: ActSettings, circumstances: Circumstances): Act {
  const {
    id = null,
    name,
    rights = NO_RIGHTS,
    at = instant(Date.now()),
    address = '',
    requestId = name,
  } = circumstances;
  return { ...settings, by: { id, name, rights }, at, address, requestId };
}

/** Whoever stands at the machine itself: with every right there is, told as *command line*. */
export function commandLineAct(settings: ActSettings): Act {
  return programAct(settings, { name: 'command line', rights: EVERYTHING, requestId: 'command-line' });
}
