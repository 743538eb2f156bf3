import type { Request } from 'express';
import type { AppContext } from '../app-context.ts';
import { instant, MINUTE } from '../clock.ts';
import { noteCall, type ProvisioningCall } from '../provisioning/call-store.ts';
import { Clashes } from '../provisioning/clash.ts';
import { noteClash } from '../provisioning/clash-store.ts';
import { idOfHandle } from '../provisioning/ids.ts';
import { findProvisioned } from '../provisioning/provisioned-user-store.ts';
import { loggedPath } from '../web/request-words.ts';
import type { Answer, Call } from './call.ts';
import type { Problem } from './problem.ts';

/** Looks are many: one of a program in this while is written down. */
const LOOKS_EVERY = MINUTE;
const LONGEST_WORDS = 300;

/** Writes down what programs asked for, for the page that tells of each: every change, every refusal, and now and then a look. */
export class CallLog {
  private readonly app: AppContext;
  private readonly looked = new Map<number, number>();

  constructor(app: AppContext) {
    this.app = app;
  }

  async note({ viewer, method }: Pick<Call, 'viewer' | 'method'>, req: Request, answer: Answer): Promise<void> {
    const now = this.app.clock();
    const isLook = answer.words === undefined || method === 'GET';
    if (isLook) {
      const last = this.looked.get(viewer.id) ?? Number.NEGATIVE_INFINITY;
      if (Math.abs(now - last) < LOOKS_EVERY) return;
      this.looked.set(viewer.id, now);
    }
    await this.keep(
      viewer.id,
      callOf(req, { at: instant(now), status: answer.status, words: answer.words ?? 'Looked.' }),
    );
  }

  /** With whom it met, so that somebody can decide about them. */
  async noteRefusal(
    req: Request,
    {
      provisionerId,
      error,
      problem,
      of,
    }: { provisionerId: number; error: unknown; problem: Problem; of?: { method: string; path: string } },
  ): Promise<void> {
    const at = instant(this.app.clock());
    if (error instanceof Clashes) await this.app.db.write((trx) => noteClash(trx, error.met, at));
    const said = error instanceof Clashes ? error.met.name : nameIn(of ? undefined : req.body);
    const name = said ?? (await this.nameAt(provisionerId, of?.path ?? req.path));
    const named = name === undefined ? '' : `${name}: `;
    const call = callOf(req, { at, status: problem.status, words: `${named}${problem.detail}` });
    await this.keep(provisionerId, of ? { ...call, request: `${of.method} ${of.path.slice(0, 100)}` } : call);
  }

  /** Of whom of the program's own the address is. */
  private async nameAt(provisionerId: number, path: string): Promise<string | undefined> {
    const id = idOfHandle(path.split('/').at(-1), 'user');
    const [found] = id === undefined ? [] : await findProvisioned(this.app.db.read, [id]);
    return found?.provisionerId === provisionerId ? found.user.name : undefined;
  }

  private async keep(provisionerId: number, call: Omit<ProvisioningCall, 'id'>): Promise<void> {
    await this.app.db.note((trx) => noteCall(trx, provisionerId, call));
  }
}

function callOf(req: Request, told: Pick<ProvisioningCall, 'at' | 'status' | 'words'>): Omit<ProvisioningCall, 'id'> {
  const path = loggedPath(req).replace(/^\/scim\/v2/, '');
  return {
    ...told,
    words: told.words.slice(0, LONGEST_WORDS),
    request: `${req.method} ${path}`,
    address: req.ip ?? '',
  };
}

/** Of whom it was, where the body says so. */
function nameIn(body: unknown): string | undefined {
  const { userName, displayName } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const name = userName ?? displayName;
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : undefined;
}
