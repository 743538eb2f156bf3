import type { Person } from '../../seeds/cast.ts';
import type { Application, Level } from '../../src/access/rights.ts';
import type { TestApp } from '../support/app.ts';
import type { pageOf } from '../support/page.ts';
import type { Fields, Session } from '../support/session.ts';

/** A route that changes something: an example that works, and what follows from it. */
export interface Change {
  /** The page whose form sends it. */
  form: string;
  /** The browser that sends it: Alice's, unless said otherwise. */
  browser?: (app: TestApp) => Promise<Session>;
  start?: () => Promise<TestApp>;
  /** What is typed into the form, beyond what stands in it. */
  fields?: Fields | ((app: TestApp, form: ReturnType<typeof pageOf>) => Fields | Promise<Fields>);
  /** The file that is sent with it. */
  file?: string;
  /** What it answers to a field that makes no sense, where no form could have sent it. */
  nonsense?: { fields: Fields; status: number };
  /** What it changes, read before and after. */
  state: (app: TestApp) => Promise<unknown>;
  from: unknown;
  to: unknown;
  /** The events it leaves; none for what the audit does not tell. */
  audit: string[];
  /** What it answers where that is no way on: 200 for a file. */
  answers?: number;
  leadsTo?: RegExp;
  bad?: { fields: Fields; errors: string[]; never?: string[] };
  /** Whether there is something to do when somebody does it to themself; `never`: nobody may. */
  toOneself?: 'works' | 'nothing to do' | 'never';
}

/** What a bulk operation has come to that stands for `:id`: Alice's, unless a leader began it. */
export type OperationKind =
  | 'draft'
  | 'scheduled'
  | 'asking'
  | 'running'
  | 'paused'
  | 'executed'
  | 'list'
  | 'led'
  | 'led list';

export interface Classified {
  /** `leader`: whoever leads the group, whatever their rights; `decider`: they, and who may write users and groups. */
  open: 'everybody' | 'signed-in' | 'leader' | 'decider' | [Application, Level];
  /** What it asks for besides. */
  also?: [Application, Level];
  /** Or what is enough instead, for a part of it. */
  either?: [Application, Level];
  /** Who stands for `:id`; a link stands for `:token`. */
  subject?: Person;
  /** Or the group of this name. */
  group?: string;
  /** Or the application of this key, which is registered where it is not a part of Roster. */
  application?: 'users' | 'time-sheets';
  /** Or the contact of this name. */
  contact?: string;
  /** What it takes for it to stand there. */
  prepare?: (app: TestApp, id: number) => Promise<unknown>;
  /** Or a bulk operation. */
  operation?: OperationKind;
  /** Or a view that the viewer has saved, and shared or pinned. */
  savedView?: 'own' | 'shared' | 'pinned';
  /** Or a file that the viewer imports, of which it is known what it comes to or not yet. */
  imports?: 'read' | 'planned' | 'contacts' | 'planned contacts';
  /** Or a session of the viewer in another browser stands for it, or is there to be ended. */
  session?: 'another' | 'of the subject';
  /** Or a device of theirs that is remembered. */
  device?: true;
  /** Or a passkey of the viewer. */
  passkey?: true;
  /** Or a token of the subject, or of the viewer where there is none, stands for it or is there. */
  token?: true;
  /** Or a webhook of nobody's: as it is, disabled, or with a test that has arrived. */
  webhook?: 'enabled' | 'disabled' | 'tested';
  /** Or a review of the members of Support, which Alice began and their leader is asked. */
  review?: true;
  /** Or somebody whom the subject, a program, wants to take over. */
  clash?: true;
  /** Or what somebody asked for: the viewer, or Erin who wants to be in Support. */
  accessRequest?: 'own' | 'of another';
  /** Whether who may not read it but leads a group is shown that one instead. */
  isLedInstead?: true;
  /** A page that only shows: what it answers to Alice where that is not 200. */
  shows?: number;
  /** Whether it shows something when somebody looks at themself; `never`: nobody may. */
  ofOneself?: 'works' | 'nothing to do' | 'never';
  change?: Change;
}

export interface Route extends Classified {
  name: string;
  method: string;
  pattern: string;
}

/** Whom somebody tries a route on. */
export type Relation = 'another' | 'themself' | 'somebody with more rights';

export const isClosed = (route: Route) => route.open !== 'everybody';
export const isRead = (route: Route) => route.method === 'get';
