import { describe, expect, it } from '@jest/globals';
import { isEmailAddress, probableEmail, readableEmail } from '../../src/text/email-address.ts';
import { identityKey } from '../../src/text/identity-key.ts';

describe('the key of a name', () => {
  it.each([
    ['spaces', 'anna berg', ['Anna  Berg', ' anna berg ', 'anna\tberg', 'anna berg']],
    ['hyphens', 'anna-berg', ['anna‐berg', 'anna‑berg', 'anna–berg', 'anna−berg', 'anna－berg']],
    ['apostrophes', "o'brien", ['o’brien', 'o‘brien', 'oʼbrien', 'O＇Brien']],
    [
      'look-alike letters',
      'root.admin',
      ['rооt.аdmin', 'ROOT.ADMIΝ', 'rօօt.admin', 'rooꭲ.admin', 'root.ᴀdmin', 'root.admın'],
    ],
    ['a whole word of them', 'ace', ['асе', 'АСЕ']],
    ['the domain of an address', 'petra@bücher-köln.de', ['Petra@xn--bcher-kln-67a3d.de', 'petra＠BÜCHER-KÖLN.DE']],
  ])('is one whatever the %s', (_what, one, others) => {
    for (const other of others) expect([other, identityKey(other)]).toEqual([other, identityKey(one)]);
  });

  it('is the same by the short way and by the long one', () => {
    for (let code = 0; code < 128; code++) {
      const name = `aB${String.fromCharCode(code)}9`;
      // What is left of an end of spaces takes the long way.
      expect([name, identityKey(name)]).toEqual([name, identityKey(`${name} `)]);
    }
  });

  it('is another where a person sees another name, in whatever alphabet', () => {
    const names = [
      'anna berg',
      'annaberg',
      'anna.berg',
      'Иван',
      'Отдел',
      'אנה',
      '안나',
      'user1',
      'userl',
      'müller',
      'muller',
    ];
    expect(new Set(names.map(identityKey)).size).toBe(names.length);
    // A word that nobody reads as Latin keeps its letters, and with them its place in the order.
    expect(identityKey('Отдел кадров')).toBe('отдел кадров');
  });
});

describe('an email address', () => {
  it.each([
    ['maria@example.org.', 'maria@example.org'],
    ['a..b@example..org', 'a.b@example.org'],
    ['maria@.org', undefined],
    ['.maria@example.org', 'maria@example.org'],
    ['maria.@example.org', 'maria@example.org'],
    ['maria@-example.org', 'maria@example.org'],
    ['maria@example-.org', 'maria@example.org'],
    ['maria@bücher-.de', 'maria@bücher.de'],
    ['“maria”@example.org', 'maria@example.org'],
    ['‘maria@example.org’', 'maria@example.org'],
    ['<maria@example.org>', 'maria@example.org'],
    ['mailto:maria@example.org', 'maria@example.org'],
    ['maria@exa mple.org', 'maria@example.org'],
    ['maria@example,org', 'maria@example.org'],
    ['maria@example.org,', 'maria@example.org'],
    [`maria@${'x'.repeat(70)}.org`, undefined],
    [`${'m'.repeat(65)}@example.org`, undefined],
    ['maria@192.0.2.1', undefined],
    ['maria@exa_mple.org', undefined],
    ['maria@ex‐ample.org', 'maria@ex-ample.org'],
    ['maria@bücher.de/x', undefined],
    ['maria@bücher.de?x', undefined],
    ['maria@büc\nher.de', 'maria@bücher.de'],
    ['maria@bücher.d%65', undefined],
    ['maria@exam⁄ple.org', undefined],
    ['maria@exam…ple.org', undefined],
    ['maria@berlin@example.org', undefined],
    ['maria', undefined],
    ['@example.org', undefined],
    ['maria@', undefined],
  ])('is not %s, and what was meant is offered', (text, meant) => {
    expect([isEmailAddress(text), probableEmail(text)]).toEqual([false, meant]);
  });

  it.each([
    'maria@example.org',
    'Maria.Berg+list@sub.example.co.uk',
    "o'brien@example.org",
    'maria@mailhost',
    'петр@пример.рф',
    'laia@paral·lel.cat',
    'hana@東京・大阪.jp',
    'petra@bücher-köln.de',
    `${'m'.repeat(64)}@${'x'.repeat(63)}.org`,
  ])('is %s', (text) => expect(isEmailAddress(text)).toBe(true));

  it('is read with its domain in letters, unless these look like others', () => {
    expect(readableEmail('petra@xn--bcher-kln-67a3d.de')).toBe('petra@bücher-köln.de');
    expect(readableEmail('иван@xn--e1afmkfd.xn--p1ai')).toBe('иван@пример.рф');
    expect(readableEmail('x@аррӏе.com')).toBe('x@xn--80ak6aa92e.com');
    expect(readableEmail('Maria@Example.org')).toBe('Maria@Example.org');
    expect(readableEmail('maria@example。ｏｒｇ')).toBe('maria@example.org');
    // Nothing is cut off in silence.
    for (const none of ['maria@bücher.de/x', 'maria@büc\nher.de', 'maria@bücher.de%31', 'maria'])
      expect(readableEmail(none)).toBe(none);
  });
});
