import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { tag } from '../../src/api/users/user-fields.ts';
import { checkContact, typedContact } from '../../src/contacts/contact-form.ts';
import { LONGEST_TAG, tags } from '../../src/forms/fields.ts';

const UNSEEN = 'A tag has no invisible or control characters.';

const saidBy = (schema: z.ZodType, text: string) =>
  schema.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe('characters that nobody sees', () => {
  it('are what is said to be wrong with tags, and not how long these are', () => {
    const tooLong = `A tag has at most ${LONGEST_TAG} characters.`;
    expect(saidBy(tags, 'night,\u200Bday')).toEqual([UNSEEN]);
    expect(saidBy(tags, `night,${'x'.repeat(LONGEST_TAG + 1)}`)).toEqual([tooLong]);
    expect(saidBy(tags, `night,${'😀'.repeat(LONGEST_TAG)}`)).toEqual([]);
    expect(saidBy(tag, '\u200Bday')).toEqual([UNSEEN]);
    expect(saidBy(tag, 'night,day')).toEqual([expect.stringContaining('no comma')]);
  });

  it('are not all that a tag is of: marks alone would sit on what stands before it', () => {
    for (const alone of ['\u0301\u0301', '\uFE0F', '\u200D'])
      for (const schema of [tags, tag])
        expect([alone, saidBy(schema, alone)]).toEqual([alone, ['A tag has at least one character that can be seen.']]);
    for (const seen of ['e\u0301', '✈\uFE0F', '👩‍👧', 'می‌خواهم', '#'])
      for (const schema of [tags, tag]) expect([seen, saidBy(schema, seen)]).toEqual([seen, []]);
  });

  it('are so with a phone number, around which other programs leave them', () => {
    const said = (phones: string) => {
      const checked = checkContact(typedContact({ kind: 'person', name: 'Maria', owner: 'public', phones }));
      return 'errors' in checked ? checked.errors?.phones : undefined;
    };
    expect(said('\u202A+49 30 1234\u202C')).toBe('A phone number has no invisible or control characters.');
    expect(said('none')).toMatch(/some digits/);
    expect(said('+49 30 1234')).toBeUndefined();
  });
});
