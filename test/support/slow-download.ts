import { type RequestOptions, request } from 'node:http';
import type { TestApp } from './app.ts';
import type { Session } from './session.ts';

export interface Download {
  status: number;
  text: string;
  /** Whether the answer had an end. */
  isWhole: boolean;
}

/** Called with what has come so far; the next piece waits for it. */
export type OnPiece = (text: string, stop: () => void) => Promise<void> | void;

/** Downloads as a browser does, piece by piece. */
export function downloadSlowly(
  app: TestApp,
  session: Session,
  path: string,
  {
    onPiece = () => {},
    body,
    ...options
  }: Pick<RequestOptions, 'method' | 'headers'> & { onPiece?: OnPiece; body?: string } = {},
): Promise<Download> {
  return new Promise((resolve) => {
    const headers = { ...(options.headers as Record<string, string>), cookie: `roster=${session.cookie('roster')}` };
    const asked = request(`${app.url}${path}`, { ...options, headers });
    asked.on('error', () => resolve({ status: 0, text: '', isWhole: false }));
    asked.on('response', async (answer) => {
      let text = '';
      const end = () => resolve({ status: answer.statusCode!, text, isWhole: answer.complete });
      answer.on('close', end);
      try {
        for await (const piece of answer.setEncoding('utf8')) {
          text += piece;
          await onPiece(text, () => asked.destroy());
        }
      } catch {
        end();
      }
    });
    asked.end(body);
  });
}

/** Calls it when the first of a file has come, once. */
export function atFirst(change: () => Promise<unknown>): OnPiece {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await change();
  };
}
