import { createHmac } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { keyedHash } from '../../src/audit/keyed-hash.ts';

const KEYS = ['', 'k', 'ключ', 'x'.repeat(64), 'x'.repeat(65), 'schlüssel'.repeat(20)];
const TEXTS = [
  '',
  'a',
  'ß',
  '\u{1f98a}',
  'a\u0000b',
  'y'.repeat(1_365),
  'ｙ'.repeat(1_365),
  'ｙ'.repeat(1_366),
  'z'.repeat(70_000),
];

it('is what an HMAC is, whatever the key and the text', () => {
  for (const key of KEYS)
    for (const text of [...TEXTS, ...TEXTS.toReversed()])
      expect(keyedHash(key, text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
});
