import type { Instant } from '../clock.ts';
import { formatIn } from '../text/format.ts';
import { renderView } from '../text/view.ts';
import type { DueMail } from './mail.ts';

/** A mail as both of its forms show it: paragraphs, and perhaps one thing to press. */
export interface Message {
  subject: string;
  greeting: string;
  paragraphs: string[];
  button?: { label: string; address: string };
  /** After the button. */
  closing: string[];
}

/** What every mail of this place has in common. */
export interface Place {
  instanceName: string;
  baseUrl: string;
}

export type Words = ReturnType<typeof wordsFor>;

/** As whoever gets it chose to read moments; which zone that is stands beside them, since a mail is read anywhere. */
export function wordsFor({ timeZone, dateOrder }: Pick<DueMail, 'timeZone' | 'dateOrder'>) {
  const { moment, day, end, zone: known } = formatIn({ zone: timeZone ?? undefined, dates: dateOrder ?? undefined });
  const zone = timeZone === known ? ` (${timeZone})` : '';
  return {
    day,
    end: (at: Instant) => `${end(at)}${zone}`,
    moment: (at: Instant | undefined) => `${moment(at ?? '')}${zone}`,
  };
}

export function textOf(message: Message, { instanceName, baseUrl }: Place): string {
  const button = message.button ? [`${message.button.label}:\n${message.button.address}`] : [];
  const parts = [message.greeting, ...message.paragraphs, ...button, ...message.closing];
  return `${parts.join('\n\n')}\n\n-- \n${instanceName}, ${baseUrl}\n`;
}

export function htmlOf(message: Message, place: Place): string {
  return renderView('mail/message', { message, ...place });
}
