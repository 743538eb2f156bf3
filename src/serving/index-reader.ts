// A process that reads a part of all users, or all contacts, for the server, which answers meanwhile.
import { once } from 'node:events';
import { dataOfParent } from '../config.ts';
import { ContactIndex } from '../contacts/contact-index.ts';
import { openReader } from '../db/database.ts';
import { takeAll } from '../facets/following/follower.ts';
import { pack } from '../facets/parcels/parcel.ts';
import { whenParentIsGone } from '../process/parent.ts';
import { readPartOfUsers } from '../users/list/user-reading.ts';
import type { IndexReading } from './index-reading.ts';

/** Nobody waits in this process. */
const READ_AT_ONCE = 2_000;

whenParentIsGone(() => process.exit(1));
// What it waits for is the reading, not its parent.
process.channel?.unref();

const { part, now, limits }: IndexReading = JSON.parse(process.argv.at(-1)!);
const { dataDir, databaseUrl } = dataOfParent();
const db = openReader(dataDir, databaseUrl);
const held =
  part === 'contacts' ? await readContacts() : await readPartOfUsers(db, part, { now, ...limits }, READ_AT_ONCE);
for (const [field, part] of Object.entries(held))
  for (const piece of pack({ field, part })) if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
await db.destroy();

async function readContacts(): Promise<object> {
  const index = new ContactIndex(db, () => now);
  await takeAll(index, now, READ_AT_ONCE);
  return index.held;
}
