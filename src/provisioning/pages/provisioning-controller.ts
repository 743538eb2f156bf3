import { type Request, type Response, Router } from 'express';
import { mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { findScimTokens } from '../../tokens/token-store.ts';
import { PROGRAMS_PATH } from '../../users/list/user-list-columns.ts';
import { subjectOf } from '../../users/pages/addressed-user.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { render } from '../../web/render.ts';
import { confirmClash, decidable, declineClash } from '../actions/clash-deciding.ts';
import { findCallerIds, findCalls } from '../call-store.ts';
import { type Clash, countOpenClashes, findClash, findClashes } from '../clash-store.ts';
import { findKeptGroupIds } from '../provisioned-group-store.ts';
import { countProvisioned, findProvisionerIds } from '../provisioned-user-store.ts';

const CALLS_SHOWN = 50;
const ERRORS_SHOWN = 20;
const CLASHES_SHOWN = 200;
const NO_CLASH = 'There is no such clash.';

/** The programs that keep users and groups here by SCIM: what they asked for, what went wrong, and whom they met. */
export function provisioningController(app: AppContext): Router {
  const router = Router();
  const db = app.db.read;
  const reads = requireRight('users', 'read');
  const writes = requireRight('users', 'write');

  router.get('/provisioning', reads, async (req, res) => {
    const ids = [...(await findProvisionerIds(db)), ...(await findCallerIds(db)), ...(await findScimTokens(db))];
    const programs = await findUsers(db, [...new Set(ids)]);
    const rows = await Promise.all(programs.map(async (user) => ({ user, ...(await figuresOf(user.id)) })));
    const page = { title: 'Provisioning', rows, address: addressOf(), programsPath: PROGRAMS_PATH };
    render(req, res, 'provisioning/index', page);
  });

  router.get('/users/:id/provisioning', reads, async (req, res) => {
    const user = await subjectOf(app, req);
    const open = await findClashes(db, user.id, { decided: false, limit: CLASHES_SHOWN });
    const decided = await findClashes(db, user.id, { decided: true, limit: CLASHES_SHOWN });
    render(req, res, 'provisioning/show', {
      title: `Provisioning by ${user.name}`,
      user,
      address: addressOf(),
      ...(await figuresOf(user.id)),
      mayDecide: mayAdminister(req.viewer!, user),
      clashes: await named(open),
      decided: await named(decided),
      errors: await findCalls(db, user.id, { onlyErrors: true, limit: ERRORS_SHOWN }),
      calls: await findCalls(db, user.id, { limit: CALLS_SHOWN }),
      names: await findUserNames(
        db,
        decided.map(({ decidedBy }) => decidedBy),
      ),
    });
  });

  router.get('/users/:id/provisioning/:handle/confirmation/new', writes, async (req, res) => {
    const clash = await clashIn(req);
    const act = actOf(app, req);
    const decided = await decidable(db, act, clash.id);
    render(req, res, 'provisioning/confirmation', { title: 'Is it the same?', ...decided, base: baseOf(clash) });
  });
  router.post('/users/:id/provisioning/:handle/confirmation', writes, confirmed(app), (req, res) =>
    decide(req, res, confirmClash, (name) => `${name} is kept by the program from now on.`),
  );
  router.post('/users/:id/provisioning/:handle/refusal', writes, (req, res) =>
    decide(req, res, declineClash, (name) => `${name} stays as it is.`),
  );
  return router;

  async function decide(
    req: Request,
    res: Response,
    verb: typeof confirmClash,
    done: (name: string) => string,
  ): Promise<void> {
    const clash = await clashIn(req);
    const { name } = await app.db.write((trx) => verb(trx, actOf(app, req), clash.id));
    const path = baseOf(clash);
    flash(req, done(name), { path });
    res.redirect(303, path);
  }

  async function figuresOf(id: number) {
    const counts = await countProvisioned(db, id);
    const [last] = await findCalls(db, id, { limit: 1 });
    const [lastError] = await findCalls(db, id, { onlyErrors: true, limit: 1 });
    const groups = (await findKeptGroupIds(db, id)).length;
    return { counts, groups, open: await countOpenClashes(db, id), last, lastError };
  }

  /** With what those are called here whom they are about. */
  async function named(clashes: Clash[]) {
    const idsOf = (kind: Clash['kind']) => clashes.filter((one) => one.kind === kind).map(({ subjectId }) => subjectId);
    const users = await findUserNames(db, idsOf('user'));
    const groups = new Map((await findGroupsOf(db, idsOf('group'))).map(({ id, name }) => [id, name]));
    return clashes.map((clash) => ({
      ...clash,
      here: (clash.kind === 'user' ? users : groups).get(clash.subjectId) ?? '',
      words: WORDS[clash.reason],
    }));
  }

  async function clashIn(req: Request): Promise<Clash> {
    const provisioner = await subjectOf(app, req);
    const clash = await findClash(db, addressedId(req, 'handle', NO_CLASH));
    if (clash?.provisionerId !== provisioner.id) throw new NotFound(NO_CLASH);
    return clash;
  }

  function addressOf(): string {
    return `${app.config.baseUrl}/scim/v2`;
  }
}

const WORDS: Record<Clash['reason'], string> = {
  name: 'has the same name',
  email: 'has the same email',
  deleted: 'was deleted here by somebody, and is what the program calls so',
  'other provisioner': 'is kept by another program',
};

function baseOf({ provisionerId }: Clash): string {
  return `/users/${provisionerId}/provisioning`;
}
