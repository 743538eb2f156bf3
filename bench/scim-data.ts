import { cpSync, rmSync } from 'node:fs';
import { minuteOf } from '../src/clock.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase, type Reader } from '../src/db/database.ts';
import { pieces } from '../src/db/ids.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { userHandle } from '../src/provisioning/ids.ts';
import { insertProvisioned } from '../src/provisioning/provisioned-user-store.ts';
import { makeToken } from '../src/tokens/actions/token-making.ts';
import { findUserByIdentifier } from '../src/users/user-lookup.ts';
import { findSubject } from '../src/users/user-store.ts';
import { actSettings } from '../src/verbs/act.ts';
import { commandLineAct } from '../src/verbs/program-act.ts';
import type { Administrator } from './data.ts';

const AT_ONCE = 1_000;
const SAMPLE = 200;

/** A house of its own, all of whose users are kept by one program. */
export interface ProvisionedHouse {
  folder: string;
  token: string;
  users: { handle: string; userName: string; email: string }[];
  total: number;
  forget(): void;
}

/** Beside the data of the other measurements, which nothing is written into; it goes when it was measured. */
export async function provisionedHouse(from: string, { name }: Administrator): Promise<ProvisionedHouse> {
  const folder = `${from}-scim`;
  const forget = () => rmSync(folder, { recursive: true, force: true });
  forget();
  cpSync(from, folder, { recursive: true });
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  try {
    const act = commandLineAct(actSettings(config));
    const { id } = (await findUserByIdentifier(db.read, name))!;
    const token = await db.write(async (trx) => {
      const subject = await findSubject(trx, id, minuteOf(act.at));
      const values = { name: 'bench', scopes: ['scim' as const, 'audit:write' as const], days: 1, addresses: [] };
      return (await makeToken(trx, { ...act, by: { ...act.by, id } }, subject, values)).secret;
    });
    const kept = await people(db.read, id);
    for (const some of pieces(kept, AT_ONCE))
      await db.write(async (trx) => {
        for (const one of some)
          await insertProvisioned(
            trx,
            { userId: one.id, provisionerId: id, activity: one.activity, isNewHere: false },
            told(one),
            act.at,
          );
      });
    const step = Math.max(1, Math.floor(kept.length / SAMPLE));
    const users = kept
      .filter((_, n) => n % step === 0)
      .map((one) => ({ handle: userHandle(one.id), userName: one.name, email: one.email }));
    return { folder, token, users, total: kept.length, forget };
  } finally {
    await db.close();
  }
}

interface Kept {
  id: number;
  name: string;
  email: string;
  activity: 'active' | 'deactivated';
}

function people(db: Reader, administratorId: number): Promise<Kept[]> {
  return db('users')
    .whereNull('deleted_from')
    .whereNotNull('email')
    .whereNot('id', administratorId)
    .orderBy('id')
    .select('id', 'name', 'email', 'activity');
}

/** As much as an identity provider says of most people. */
function told({ id, name, email }: Kept) {
  const attributes = {
    name: { givenName: name.split('.')[0], familyName: name.split('.').at(-1) },
    displayName: name,
    title: id % 7 === 0 ? 'Lead' : 'Colleague',
    active: true,
    emails: [{ value: email, type: 'work', primary: true }],
  };
  return { userName: name, externalId: `ext-${id}`, attributes };
}
