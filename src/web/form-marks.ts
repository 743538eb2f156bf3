import { createHmac } from 'node:crypto';

declare global {
  namespace Express {
    interface Request {
      /** What the forms of this user say of whose they are. */
      markOf(userId: number): string;
    }
  }
}

/** What stands behind the token in each form of somebody who is signed in: whose it is, for whoever keeps the secret. */
export function formMarks(secret: string): (userId: number) => string {
  return (userId) => createHmac('sha256', secret).update(`forms of user ${userId}`).digest('base64url').slice(0, 22);
}

const BETWEEN = '.';

export function markedToken(token: string, mark: string | undefined): string {
  return mark === undefined ? token : token + BETWEEN + mark;
}

export function tokenIn(given: unknown): string {
  return typeof given === 'string' ? given.split(BETWEEN)[0] : '';
}

/** Whose a form was, also where its session is over by now. */
export function markIn(body: unknown): string | undefined {
  const { _csrf: given } = (body ?? {}) as { _csrf?: unknown };
  return typeof given === 'string' ? given.split(BETWEEN)[1] || undefined : undefined;
}
