import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { networkOf, pruneAddressLimits, TRIES_PER_WINDOW, WINDOW } from '../../src/sessions/address-limiter.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { type Headers, Session } from '../support/session.ts';

const WRONG = 'not the password at all';

describe('an address from which too many failed', () => {
  let app: TestApp;
  let browser: Session;
  beforeEach(async () => {
    // Tests cannot come from other addresses than by a proxy that says so.
    app = await startApp({ TRUST_PROXY: '1' });
    browser = new Session(app);
  });
  afterEach(() => app.close());

  const from = (address: string): Headers => ({ 'X-Forwarded-For': address });
  const tries = (identifier: string, password: string, address: string, by = browser) =>
    by.post('/session', { identifier, password }, from(address));
  const exhaust = (address: string, taken = TRIES_PER_WINDOW) =>
    app.db.write((trx) =>
      trx('address_limits').insert({
        address: networkOf(address),
        taken,
        ends_at: instant(app.clock.now() + WINDOW),
      }),
    );
  const taken = async (address: string) =>
    (await app.db.read('address_limits').where('address', networkOf(address)).first())?.taken;

  it('is asked to wait, in the same words for names that exist and names that do not, and nothing is hashed', async () => {
    for (let n = 0; n < TRIES_PER_WINDOW; n++) expect((await tries(`nobody-${n}`, WRONG, '10.0.0.1')).status).toBe(422);
    app.clock.advance(2 * MINUTE + 1);
    const { count } = app.context.hasher;
    const before = { ...count };
    const pages = [];
    for (const identifier of ['bob', 'erin', 'dave', 'nobody', '']) {
      const answer = await tries(identifier, PASSWORD, '10.0.0.1');
      expect([answer.status, answer.headers['retry-after'], answer.headers['set-cookie']]).toEqual([
        429,
        '780',
        undefined,
      ]);
      pages.push(answer.text);
    }
    expect(new Set(pages.map((text) => text.replace(/_csrf" value="[^"]*|<code>[^<]*/g, ''))).size).toBe(1);
    expect(pageOf({ text: pages[0] }).textOf('#error p:first-child')).toBe(
      'Too many attempts came from your address. Try again in 13 minutes.',
    );
    expect(count).toEqual(before);
    expect(await app.db.read('lockouts').where('user_id', app.people.bob)).toEqual([]);
    expect((await tries('bob', PASSWORD, '10.0.0.2')).status).toBe(303);
  });

  it('may try again when the quarter of an hour is over', async () => {
    await exhaust('10.0.0.1');
    app.clock.advance(WINDOW - 1);
    expect((await tries('bob', PASSWORD, '10.0.0.1')).headers['retry-after']).toBe('1');
    app.clock.advance(1);
    expect((await tries('bob', WRONG, '10.0.0.1')).status).toBe(422);
    expect(await taken('10.0.0.1')).toBe(1);
  });

  it('is given back what a success took, and nothing more', async () => {
    await exhaust('10.0.0.1', TRIES_PER_WINDOW - 1);
    for (const person of ['bob', 'lena', 'max'])
      expect((await tries(person, PASSWORD, '10.0.0.1', new Session(app))).status).toBe(303);
    expect(await taken('10.0.0.1')).toBe(TRIES_PER_WINDOW - 1);
    expect((await tries('bob', WRONG, '10.0.0.1')).status).toBe(422);
    expect((await tries('lena', PASSWORD, '10.0.0.1')).status).toBe(429);
  });

  it('is none from which a known device is kept out', async () => {
    const known = new Session(app);
    expect((await tries('bob', PASSWORD, '10.0.0.1', known)).status).toBe(303);
    await exhaust('10.0.0.2');
    known.reopen();
    expect((await tries('bob', WRONG, '10.0.0.2', known)).status).toBe(422);
    expect(await taken('10.0.0.2')).toBe(TRIES_PER_WINDOW);
    // It is known for Bob alone.
    expect((await tries('lena', PASSWORD, '10.0.0.2', known)).status).toBe(429);
    expect((await tries('bob', PASSWORD, '10.0.0.2', known)).status).toBe(303);
  });

  it('is counted exactly, however many come at once', async () => {
    await exhaust('10.0.0.1', TRIES_PER_WINDOW - 10);
    const { count } = app.context.hasher;
    const before = count.all;
    await browser.formToken();
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => tries(`nobody-${n}`, WRONG, '10.0.0.1')));
    expect(answers.filter((answer) => answer.status === 422).length).toBe(10);
    expect(answers.filter((answer) => answer.status === 429).length).toBe(50);
    expect(count.all - before).toBe(10);
  });

  it('gets no more than is left by asking for all of it at the same moment', async () => {
    await exhaust('10.0.0.1', TRIES_PER_WINDOW - 10);
    const { addressLimiter } = app.context;
    const taking = await Promise.allSettled(Array.from({ length: 60 }, () => addressLimiter.take('10.0.0.1')));
    expect(taking.filter((one) => one.status === 'fulfilled').length).toBe(10);
    expect(await taken('10.0.0.1')).toBe(TRIES_PER_WINDOW);
  });

  it('is the one that the trusted proxy names, whatever the sender says before it (R20)', async () => {
    await exhaust('10.0.0.1');
    for (const forged of ['10.9.9.9, 10.0.0.1', '127.0.0.1, 10.0.0.1', 'x, , 10.0.0.1', '::1, ::ffff:10.0.0.1'])
      expect([forged, (await tries('bob', PASSWORD, forged)).status]).toEqual([forged, 429]);
    app = await app.restart({ settings: {} });
    browser = new Session(app);
    await exhaust('127.0.0.1');
    expect((await tries('bob', PASSWORD, '10.0.0.7')).status).toBe(429);
  });

  it('is remembered when the program is started anew', async () => {
    await exhaust('10.0.0.1');
    app = await app.restart();
    browser = new Session(app);
    expect((await tries('bob', PASSWORD, '10.0.0.1')).status).toBe(429);
  });

  it('does not wait for longer than the quarter of an hour, even where the clock was set back (F10)', async () => {
    app.clock.advance(400 * DAY);
    await exhaust('10.0.0.1');
    app.clock.advance(-400 * DAY);
    expect((await tries('bob', PASSWORD, '10.0.0.1')).status).toBe(303);
  });

  it('is forgotten after that', async () => {
    await exhaust('10.0.0.1');
    const prune = () => app.db.write((trx) => pruneAddressLimits(trx, instant(app.clock.now())));
    app.clock.advance(WINDOW - 1);
    await prune();
    expect(await taken('10.0.0.1')).toBe(TRIES_PER_WINDOW);
    app.clock.advance(1);
    await prune();
    expect(await taken('10.0.0.1')).toBeUndefined();
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', 'unknown'],
    ['unix:', 'unknown'],
    ['x'.repeat(10_000), 'unknown'],
    ['300.0.0.1', 'unknown'],
  ])('of %.40s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
