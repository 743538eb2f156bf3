import { Client } from './client.ts';

export const PASSWORD = 'seven brown kettles sing';

/** Data in this folder, with alice as its first administrator. */
export function settingsOf(dataDir: string): Record<string, string> {
  return { DATA_DIR: dataDir, ...settingsOfAlice() };
}

export function settingsOfAlice(): Record<string, string> {
  return { ADMIN_NAME: 'alice', ADMIN_EMAIL: 'alice@example.com', ADMIN_PASSWORD: PASSWORD };
}

/** A browser in which she is signed in. */
export async function alice(url: string): Promise<Client> {
  const client = new Client(url);
  await client.signIn('alice', PASSWORD);
  return client;
}
