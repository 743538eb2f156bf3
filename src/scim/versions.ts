import { StaleVersion } from '../forms/form.ts';
import type { Answer, Call } from './call.ts';

/** Of the record, and of what the program says of it. */
export function etagOf(record: number, said: number): string {
  return `W/"${record}.${said}"`;
}

/** Throws StaleVersion where another version is meant than the one that is there. */
export function requireMatch({ ifMatch }: Pick<Call, 'ifMatch'>, etag: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (!tagsIn(ifMatch).includes(bare(etag))) throw new StaleVersion();
}

/** What is answered to who has this version already. */
export function unlessSame({ ifNoneMatch }: Pick<Call, 'ifNoneMatch'>, etag: string): Answer | undefined {
  if (ifNoneMatch === undefined || !tagsIn(ifNoneMatch).includes(bare(etag))) return undefined;
  return { status: 304, headers: { ETag: etag } };
}

function tagsIn(header: string): string[] {
  return header.split(',').map(bare);
}

function bare(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
