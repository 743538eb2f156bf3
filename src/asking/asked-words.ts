import type { Asked } from './access-request.ts';

/** What is asked for: "Support", "write on contacts". */
export function askedInWords(asked: Asked, groupName: string | undefined): string {
  return 'groupId' in asked ? (groupName ?? 'a group that has gone') : `${asked.level} on ${asked.application}`;
}
