import { StaleVersion } from '../forms/form.ts';
import { isKnown, tagsIn, tagText } from '../web/entity-tag.ts';
import type { Answer, Call } from './call.ts';

/** Of the record, of what the program says of it, and of what else is told with it. */
export function etagOf(record: number, said: number, besides: unknown): string {
  return `W/"${tagText(`${record}.${said}`, JSON.stringify(besides))}"`;
}

/**
 * Throws StaleVersion where another version is meant than the one that is there, Malformed. Tags of SCIM are weak, and its own standard sends them
 * in If-Match all the same (RFC 7644, section 3.14), where others would be no match (RFC 9110, section 13.1.1).
 */
export function requireMatch({ ifMatch }: Pick<Call, 'ifMatch'>, record: number, said: number): void {
  if (ifMatch === undefined) return;
  const tags = tagsIn(ifMatch, 'If-Match');
  if (tags !== 'any' && !tags.some(({ text }) => /^\d+\.\d+/.exec(text)?.[0] === `${record}.${said}`))
    throw new StaleVersion();
}

/** Nothing but its tag, for who has it already. */
export function unlessKnown({ ifNoneMatch }: Pick<Call, 'ifNoneMatch'>, answer: Answer): Answer {
  const etag = answer.headers?.ETag;
  return etag && isKnown(ifNoneMatch, etag) ? { status: 304, headers: { ETag: etag } } : answer;
}
