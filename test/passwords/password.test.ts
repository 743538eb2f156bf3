import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dictionary } from '@zxcvbn-ts/language-common';
import { newPasswordErrors } from '../../src/passwords/new-password.ts';
import {
  LONGEST_PASSWORD,
  passwordProblem,
  personalWords,
  SHORTEST_BESIDE_FACTOR,
} from '../../src/passwords/password.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { watchNormalising } from '../support/normalising.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const NORA = { name: 'nora.nilsson', email: 'n.nilsson+work@northwind.example', contactName: 'Eleonora Nilsson' };
const words = personalWords(NORA, 'Northwind Traders');
const problem = (password: string) => passwordProblem(password, words);

describe('a password', () => {
  it.each([
    ['nothing', '', /^Choose a password/],
    ['14 characters', 'wxyz-qrst-mnop', /^Too short: 1 more character, 15 in all/],
    ['14 emoji, which are longer as bytes', '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤', /^Too short: 1 more/],
    ['5 characters', 'abcde', /^Too short: 10 more characters/],
    ['14 letters whose accents are written apart', 'é'.repeat(14), /^Too short: 1 more/],
    ['257 characters', 'wxyz '.repeat(52).slice(0, 257), /^Too long: at most 256/],
  ])('of %s is refused with the reason (R1)', async (_, password, reason) => {
    expect(await problem(password)).toMatch(reason);
  });

  it.each([
    ['15 characters', 'wxyz-qrst-mnop1'],
    ['15 emoji', '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🐣'],
    ['256 characters', `four quiet grey herons ${'wxyz '.repeat(52)}`.slice(0, LONGEST_PASSWORD)],
    ['small letters alone', 'fourquietgreyherons'],
    ['spaces and emoji alone', '   🦊   🐻   🐼   '],
    ['digits alone, in no order', '830174652918374'],
    ['what looks like code', `p'--<b>;{}=>$x"'#`],
    ['another script', 'четыретихиецапли'],
    ['four words', 'four quiet grey herons'],
  ])('of %s is accepted: nothing is asked of its composition (R1, R3)', async (_, password) => {
    expect(await problem(password)).toBeUndefined();
  });

  it.each([
    ['hx9wqzbt', undefined],
    ['w7 newts', undefined],
    ['hx9wqzb', /^Too short: 1 more character, 8 in all/],
    ['12345678', /sequence|attackers/],
    ['qwertzui', /keyboard|attackers/],
    ['aaaaaaaa', /repeats|attackers/],
    ['password', /attackers/],
    ['Welcome1', /attackers/],
    ['summer26', /attackers/],
    ['nilsson1', /name or address/],
  ])(
    'beside a second factor may have 8 characters, but for what is guessed quickly: %s (R1)',
    async (password, reason) => {
      const told = await passwordProblem(password, words, SHORTEST_BESIDE_FACTOR);
      if (reason) expect(told).toMatch(reason);
      else expect(told).toBeUndefined();
    },
  );

  it('that is among the common ones is refused, every one of them (R4)', async () => {
    const common = dictionary['passwords-common'].map(String);
    expect(common.length).toBeGreaterThan(3_000);
    const long = common.filter((password) => [...password].length >= 15);
    expect(long.length).toBeGreaterThan(10);
    for (const password of long) {
      expect([password, await problem(password)]).toEqual([password, expect.stringMatching(/attackers try first/)]);
      expect(await problem(password.toUpperCase())).toMatch(/attackers try first/);
    }
    // Nor does a tail of digits and signs make one uncommon.
    for (const password of common.slice(0, 3_000).filter((one) => /[a-z]$/.test(one)))
      expect([password, await problem(`${password}2026!2026!2026!`)]).toEqual([password, expect.any(String)]);
  });

  it.each([
    ['the name', 'nora.nilsson-2026'],
    ['the name in capitals', 'NORA.NILSSON.2026'],
    ['the name twice', 'nora.nilssonnora.nilsson'],
    ['parts of the name', 'nilsson.nora.1234'],
    ['the local part of the address', 'n.nilsson+work123'],
    ['the whole address', 'n.nilsson+work@northwind.example'],
    ['the name of the contact', 'eleonora nilsson!'],
    ['the contact without accents', 'Éleonora-Nilsson1'],
    ['the domain', 'northwind.example.1'],
    ['a word of the company', 'traders-2026-2026'],
    ['the company', 'Northwind Traders 1'],
    ['the product', 'roster-roster-roster'],
  ])('of little more than %s is refused (R5)', async (_, password) => {
    expect(await problem(password)).toMatch(/little more than a name/);
  });

  it.each([
    ['123456789012345', /sequence|attackers/],
    ['aaaaaaaaaaaaaaa', /repeats itself/],
    ['               ', /repeats itself/],
    ['abcdefghijklmnop', /sequence/],
    ['qwertyuiopasdfgh', /keyboard|attackers/],
    ['qwertzuiopasdfgh', /keyboard/],
    ['1qaz2wsx3edc4rfv', /keyboard|attackers/],
    ['adminadminadmin', /repeats itself/],
    ['herons-herons-herons', /repeats itself/],
    ['grey grey grey grey grey', /repeats itself/],
    ['a b c d e f g h i j', /sequence/],
    ['qwertz uiop asdf', /keyboard/],
    ['thisismypassword', /attackers try first/],
    ['PasswordPassword1', /repeats itself|attackers/],
    ['Welcome123456789', /attackers try first/],
    ['dragonmonkeyshadow', /attackers try first/],
    ['111111222222333333', /repeats itself|attackers/],
    ['summersummer2026', /repeats itself/],
  ])('that is guessed quickly is refused with the reason: %s (R92)', async (password, reason) => {
    expect(await problem(password)).toMatch(reason);
  });

  it('of a quarter of a megabyte is refused before any work is done with it (R10, R81)', async () => {
    using normalising = watchNormalising();
    for (const text of ['x'.repeat(250_000), `a${'\u0300'.repeat(64_000)}${'\u0316'.repeat(64_000)}`])
      expect(await problem(text)).toMatch(/^Too long/);
    expect(normalising.longest).toBeLessThan(1_000);
  });

  it('that holds a name among other words is accepted', async () => {
    expect(await problem('nora likes quiet herons')).toBeUndefined();
  });

  it('has one message per field, and is to be typed twice', async () => {
    expect(await newPasswordErrors({ password: 'short', repeated: 'other' }, [])).toEqual({
      password: expect.any(String),
    });
    expect(await newPasswordErrors({ password: PASSWORD, repeated: `${PASSWORD} ` }, [])).toEqual({
      repeated: expect.any(String),
    });
    expect(await newPasswordErrors({ password: PASSWORD, repeated: PASSWORD }, [])).toEqual({});
  });
});

describe('a password that was set', () => {
  let app: TestApp;
  let lena: Session;
  let current = PASSWORD;
  beforeAll(async () => {
    app = await startApp();
    lena = await signedIn(app, 'lena');
  });
  afterAll(() => app.close());

  async function set(password: string) {
    const answer = await submit(lena, '/credentials', { current, password, repeated: password });
    if (answer.status === 303) current = password;
    return answer;
  }
  const opens = async (password: string) => (await new Session(app).signIn('lena', password)).status === 303;

  it.each([
    ['64 characters', `four quiet grey herons ${'wxyz '.repeat(20)}`.slice(0, 63), 'a', 'b'],
    ['72 characters', `four quiet grey herons ${'wxyz '.repeat(20)}`.slice(0, 71), 'a', 'b'],
    ['128 characters', `four quiet grey herons ${'wxyz '.repeat(30)}`.slice(0, 127), 'a', 'b'],
    ['256 characters', `four quiet grey herons ${'wxyz '.repeat(60)}`.slice(0, 255), 'a', 'b'],
    ['64 letters of two bytes each', `brûlée àgée forêt ${'é'.repeat(63)}`.slice(0, 63), 'é', 'è'],
    ['100 emoji', `🦊🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🐣${'🦊'.repeat(87)}`, '🐻', '🐼'],
  ])('is significant to its last character: %s (R2)', async (_, start, last, other) => {
    expect((await set(start + last)).status).toBe(303);
    expect(await opens(start + other)).toBe(false);
    expect(await opens(start)).toBe(false);
    expect(await opens(start + last)).toBe(true);
  });

  it('is the same however its letters are put together (R6)', async () => {
    const composed = 'zwölf gröbere Käfigtüren ﬁx';
    expect((await set(composed.normalize('NFC'))).status).toBe(303);
    expect(await opens(composed.normalize('NFKD'))).toBe(true);
    expect(await opens(composed.normalize('NFD'))).toBe(true);
    expect(await opens(composed.normalize('NFKC'))).toBe(true);
    expect(await opens(composed.toLowerCase())).toBe(false);
  });

  it('keeps spaces at its ends, and its capitals', async () => {
    expect((await set('  Four quiet grey Herons  ')).status).toBe(303);
    expect(await opens('Four quiet grey Herons')).toBe(false);
    expect(await opens('  four quiet grey herons  ')).toBe(false);
    expect(await opens('  Four quiet grey Herons  ')).toBe(true);
  });

  it('is not cut off at a NUL (R12)', async () => {
    const [start, end] = ['wide\u0000open\u0000', 'doors and windows'];
    expect((await set(start + end)).status).toBe(303);
    for (const shorter of ['wide', start, `${start}other words entirely`, `wideopen${end}`])
      expect(await opens(shorter)).toBe(false);
    expect(await opens(start + end)).toBe(true);
  });

  it.each([
    ['a megabyte', 'x'.repeat(1_000_000), 413],
    ['100 kilobytes', 'x'.repeat(100_000), 422],
    ['300 characters', 'x'.repeat(300), 422],
  ])('is never hashed where it is %s (R10)', async (_, password, status) => {
    await lena.get('/credentials');
    const { count } = app.context.hasher;
    const before = count.all;
    const fields = { current, password, repeated: password };
    expect((await lena.post('/credentials/password', fields)).status).toBe(status);
    expect(count.all).toBe(before);
  });

  it('stands in the database as a salted, slow hash alone, with its parameters (R11, R55)', async () => {
    await set('nine slow tractors hum');
    const rows: { name: string; password_hash: string | null }[] = await app.db
      .read('users')
      .select('name', 'password_hash');
    const hashes = rows.flatMap((row) => row.password_hash ?? []);
    expect(hashes.length).toBeGreaterThan(5);
    for (const hash of hashes) expect(hash).toMatch(/^hmac-sha384-bcrypt:\$2b\$\d\d\$[./A-Za-z0-9]{53}$/);
    const kept = JSON.stringify(await everything(app));
    for (const secret of [current, PASSWORD, app.config.secrets.pepper]) expect(kept).not.toContain(secret);
    // Two who chose the same have different hashes.
    const max = await signedIn(app, 'max');
    await submit(max, '/credentials', { current: PASSWORD, password: current, repeated: current });
    const chosen = await app.db.read('users').whereIn('name', ['lena', 'max']).distinct('password_hash');
    expect(chosen.length).toBe(2);
  });

  it('is seen and set by nobody else: no form of an administrator has a field for it (R43)', async () => {
    const alice = await signedIn(app, 'alice');
    for (const path of [
      '/users/new',
      pathTo(app, 'lena'),
      pathTo(app, 'lena', '/edit'),
      pathTo(app, 'lena', '/password-reset/new'),
    ]) {
      const page = pageOf(await alice.get(path));
      expect([path, page.$('input[type=password], [name*=password]').length]).toEqual([path, 0]);
    }
    await submit(alice, pathTo(app, 'lena', '/edit'), {
      password: 'chosen by somebody else',
      password_hash: 'x',
      description: 'x',
    });
    expect(await opens('chosen by somebody else')).toBe(false);
    expect(await opens(current)).toBe(true);
  });

  it('has fields that password managers know, and neither hints nor questions (R9, R13)', async () => {
    const page = pageOf(await lena.get('/credentials'));
    const fields = page.$('main form input[name]:not([type=hidden])').toArray();
    expect(fields.map(({ attribs }) => [attribs.name, attribs.type, attribs.autocomplete])).toEqual([
      ['current', 'password', 'current-password'],
      ['password', 'password', 'new-password'],
      ['repeated', 'password', 'new-password'],
    ]);
    for (const { attribs } of fields) {
      expect(attribs.onpaste).toBeUndefined();
      expect(attribs.maxlength).toBeUndefined();
    }
  });

  it('is typed nowhere but in such fields, on whatever page (R9)', () => {
    const views = join(import.meta.dirname, '../../views');
    const fields = readdirSync(views, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ejs'))
      .flatMap(
        (name) =>
          readFileSync(join(views, name), 'utf8')
            .replace(/<%[\s\S]*?%>/g, '')
            .match(/<input\b[^>]*>/g) ?? [],
      )
      .filter((field) => /type="password"|(?:id|name)="(?:password|repeated|current)"/.test(field));
    expect(fields.length).toBeGreaterThan(7);
    for (const field of fields) {
      expect(field).toMatch(/type="password"/);
      expect(field).toMatch(/autocomplete="(?:current|new)-password"/);
      expect(field).not.toMatch(/onpaste|oncopy|maxlength/);
    }
  });

  it('is not asked to be new for its age alone (R8)', async () => {
    app.clock.advance(5 * 365 * 86_400_000);
    expect(await opens(current)).toBe(true);
  });
});
