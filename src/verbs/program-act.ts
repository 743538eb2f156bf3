import { EVERYTHING } from '../access/rights.ts';
import { instant } from '../clock.ts';
import type { Act } from './act.ts';

/** An act of whoever stands at the machine itself: with every right there is, told as *command line*. */
export function commandLineAct(auditKey: string): Act {
  return {
    by: { id: null, name: 'command line', rights: EVERYTHING },
    at: instant(Date.now()),
    address: '',
    requestId: 'command-line',
    auditKey,
  };
}
