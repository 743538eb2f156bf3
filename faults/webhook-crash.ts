import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Receiver } from '../test/support/receiver.ts';
import { PASSWORD, settingsOfAlice } from './alice.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { killServers, makePlace, openPlace, type Place, startServers } from './place.ts';

const ROUNDS = 20;
/** What would come twice, or out of turn, comes within so many milliseconds. */
const AFTERWARDS = 3_000;
const PATIENCE = 20_000;

export const webhookCrashFault: Fault = {
  name: 'webhooks-killed',
  title: 'SIGKILL while a webhook is sent to, before its receiver answers and right after',
  async run({ rounds = ROUNDS }) {
    const { lost, doubled, otherwise, disordered } = await killWhileTelling(rounds);
    return [
      told('kills, messages that came twice', `${rounds}, ${doubled}`),
      met('changes that were never told', String(lost), '0', lost === 0),
      met('messages that came twice', String(doubled), `≤ ${rounds}, one per kill`, doubled <= rounds),
      met('the same message told otherwise the second time', String(otherwise), '0', otherwise === 0),
      met('changes told before an earlier one', String(disordered), '0', disordered === 0),
    ];
  },
};

export interface Told {
  lost: number;
  doubled: number;
  otherwise: number;
  disordered: number;
}

/** Creates a user in each round and kills the program while it tells of that: one half once the receiver has it, the other once it answered. */
export async function killWhileTelling(rounds: number): Promise<Told> {
  const receiver = await Receiver.start();
  const place = await makePlace({ ...settingsOfAlice(), WEBHOOK_NETWORKS: '127.0.0.0/8' });
  const client = new Client('');
  try {
    for (let round = 0; round < rounds; round++) {
      const programs = await startServers(place);
      client.url = programs[round % programs.length].url;
      if (round === 0) await makeWebhook(client, receiver);
      // So that each kill meets the message of its own round.
      await untilTold(receiver, round);
      const killed = Promise.withResolvers<void>();
      let answered: Promise<unknown> = Promise.resolve();
      receiver.answer = (res) => {
        receiver.answer = plainAnswer;
        if (round % 2 === 1) plainAnswer(res);
        void answered.finally(() => killServers(place, programs).then(killed.resolve, killed.reject));
      };
      answered = createUser(client, `user${round}`);
      await answered;
      await killed.promise;
      await hurry(place);
    }
    const programs = await startServers(place);
    await untilTold(receiver, rounds);
    await sleep(AFTERWARDS);
    await killServers(place, programs);
    return outcome(receiver, rounds);
  } finally {
    await receiver.close();
    await place.remove();
  }
}

function plainAnswer(res: ServerResponse): void {
  res.writeHead(204).end();
}

async function makeWebhook(client: Client, receiver: Receiver): Promise<void> {
  await client.signIn('alice', PASSWORD);
  const fields = { name: 'Receiver', address: receiver.url, which: 'some', kinds: 'user.created', user: '' };
  const made = await client.post('/webhooks', fields);
  if (made.status >= 400) throw new Error(`making a webhook was answered with ${made.status}`);
}

async function createUser(client: Client, name: string): Promise<void> {
  const made = await client.post('/users', { name, email: `${name}@example.com`, access: 'later' });
  if (made.status >= 400) throw new Error(`creating a user was answered with ${made.status}`);
}

/** As if whoever took a message had been given up, and the pause before the next attempt were over. */
async function hurry(place: Place): Promise<void> {
  const db = openPlace(place);
  await db.write(async (trx) => {
    await trx('webhook_deliveries').whereNotNull('next_at').update({ next_at: '2000-01-01T00:00:00.000Z' });
    await trx('webhooks').update({ rests_until: null });
  });
  await db.close();
}

/** Waits until so many messages were told, but not for ever. */
async function untilTold(receiver: Receiver, messages: number): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (byMessage(receiver).size < messages && performance.now() < end) await sleep(50);
}

/** What came, by the id that its receiver knows a message by. */
function byMessage({ received }: Receiver): Map<unknown, string[]> {
  const messages = new Map<unknown, string[]>();
  for (const { headers, body } of received) {
    const id = headers['webhook-id'];
    messages.set(id, [...(messages.get(id) ?? []), body]);
  }
  return messages;
}

function outcome(receiver: Receiver, rounds: number): Told {
  const messages = byMessage(receiver);
  const copies = [...messages.values()];
  const moments = copies.map(([first]) => (JSON.parse(first) as { timestamp: string }).timestamp);
  return {
    lost: rounds - messages.size,
    doubled: copies.reduce((sum, those) => sum + those.length - 1, 0),
    otherwise: copies.filter((those) => new Set(those).size > 1).length,
    disordered: moments.filter((moment, n) => n > 0 && moment < moments[n - 1]).length,
  };
}
