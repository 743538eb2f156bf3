import type { z } from 'zod';

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is wrong with a field, where its schema says nothing of its own. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'It is missing.';
  switch (issue.code) {
    case 'invalid_type':
      return Object.hasOwn(TYPES, issue.expected) ? `It is ${TYPES[issue.expected]}.` : 'It will not do.';
    case 'invalid_value':
      return `It is one of ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `It is at least ${issue.minimum}${unitOf(issue.origin)}.`;
    case 'too_big':
      return `It is at most ${issue.maximum}${unitOf(issue.origin)}.`;
    default:
      return 'It will not do.';
  }
};

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' long' : '';
}
