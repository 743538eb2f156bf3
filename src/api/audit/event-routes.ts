import { z } from 'zod';
import { findNewest, readStretch } from '../../audit/event-feed.ts';
import { findActions } from '../../audit/event-list.ts';
import { KINDS } from '../../audit/pages/event-words.ts';
import { toldEvents } from '../../audit/pages/told-events.ts';
import { EVENT } from '../contract/answers.ts';
import { PREFIX } from '../contract/lists.ts';
import { Unprocessable } from '../contract/problem.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { seerOf } from './audit-routes.ts';
import { streamsOf } from './event-streams.ts';
import { EVENTS_NEED } from './events-need.ts';

const MOST_KINDS = 50;
const USUAL = 100;
const MOST = 200;
const kinds = z.array(z.string().max(100)).max(MOST_KINDS, `At most ${MOST_KINDS} kinds.`);

const question = z.strictObject({
  after: z
    .string()
    .regex(/^(\d{1,15}|latest)$/, 'It is the number of an event, or latest.')
    .optional()
    .describe('The last event that is known; `latest` for none that is there yet, left out for all from the first.'),
  kind: z
    .union([kinds, z.string().max(100)])
    .optional()
    .describe('Only these kinds, such as user.deactivated; it may repeat.'),
  limit: z
    .string()
    .refine((text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MOST, `It is a number from 1 to ${MOST}.`)
    .optional(),
});
type Question = z.output<typeof question>;

const FEED = z
  .strictObject({
    items: z.array(EVENT),
    last: z.int().describe('What to ask for next comes after this one, whether or not it is among these.'),
    more: z.boolean().describe('Whether there is more already.'),
    next: z.string().describe('The address of what comes next.'),
  })
  .meta({ id: 'Events' });

export const EVENT_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/events',
    summary: 'What happened after an event, the oldest first: each once, and none left out',
    tag: 'Events',
    needs: EVENTS_NEED,
    query: question,
    status: 200,
    answer: FEED,
    streams: true,
    handle: follow,
  }),
];

async function follow(call: Call): Promise<Answer> {
  const { app, req } = call;
  const asked = call.query as Question;
  const chosen = [asked.kind ?? []].flat();
  await requireKinds(call, chosen);
  const isStream = req.method === 'GET' && req.accepts(['json', 'text/event-stream']) === 'text/event-stream';
  const after = await afterOf(call, isStream ? (lastEventId(call) ?? asked.after) : asked.after);
  if (isStream) return { stream: streamsOf(app).opening(call, { after, kinds: chosen }) };
  const limit = Number(asked.limit ?? USUAL);
  const stretch = await readStretch(app.db.read, { after, kinds: chosen, limit });
  if (!stretch) throw notThere(after);
  const items = (await toldEvents(app.db.read, await seerOf(call), stretch.ids)).toReversed();
  const { upTo: last, isMore: more } = stretch;
  const again = new URLSearchParams(chosen.map((kind) => ['kind', kind]));
  if (asked.limit !== undefined) again.set('limit', asked.limit);
  again.set('after', String(last));
  return { body: { items, last, more, next: `${PREFIX}/events?${again}` } };
}

/** One that is mistyped would mean none, and nobody would notice. */
async function requireKinds({ app }: Call, chosen: string[]): Promise<void> {
  const unknown = chosen.filter((kind) => !KINDS.includes(kind));
  const occurred = unknown.length > 0 ? await findActions(app.db.read) : [];
  for (const kind of unknown)
    if (!occurred.includes(kind)) throw new Unprocessable({ kind: `There is no kind of event ${kind}.` });
}

async function afterOf({ app }: Call, asked: string | undefined): Promise<number> {
  if (asked === undefined) return 0;
  const newest = await findNewest(app.db.read);
  if (asked === 'latest') return newest;
  if (Number(asked) > newest) throw notThere(Number(asked));
  return Number(asked);
}

/** As whoever was cut off sends it by itself. */
function lastEventId({ req }: Call): string | undefined {
  const header = req.get('last-event-id');
  if (header === undefined || header === '') return undefined;
  if (!/^\d{1,15}$/.test(header)) throw new Unprocessable({ 'Last-Event-ID': 'It is the number of an event.' });
  return header;
}

function notThere(after: number): Unprocessable {
  return new Unprocessable({
    after: `There is no event ${after} here: the data may have been set back to a backup. Read anew what you keep, then follow on from latest.`,
  });
}
