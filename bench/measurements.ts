import type { Figures } from './load.ts';
import type { View } from './views.ts';

export interface MeasuredView extends View {
  /** At one connection. */
  figures: Figures;
}

/** Everything that the budget speaks of. Times in milliseconds, sizes in bytes. */
export interface Measurements {
  views: MeasuredView[];
  /** Pages of the list at 16 connections, each with the floor as it was in the same rounds. */
  throughput: { view: View; app: Figures; floor: Figures }[];
  /** Milliseconds of the processor for page 1, for pages whose rows were not shown a moment ago, and for both of the floor. */
  cpu: { page: number; leafing: number; floor: number; floorLeafing: number };
  swap: { page: Figures; fragment: Figures };
  /** Confirming the access of about a thousand ticked users. */
  thousand: number;
  signIn: { hash: number; signIn: number };
  storm: { calm: Figures; during: Figures; signIns: number };
  /** From the start of the process to the page on which one signs in, and to the list of whoever is signed in already. */
  start: { signIn: number; list: number };
  /** From the start of the process until all counts are there. */
  counted: number;
  /** RSS at the beginning, some time after the round at 16 connections, and the most that there was. */
  memory: { idle: number; after: number; worst: number };
  /** The longest that the event loop was held, and while what. */
  blocks: Record<string, number>;
  markup: number;
  weight: { list: number; signIn: number };
}
