import type { AppContext } from '../app-context.ts';
import { typedFields } from '../forms/form.ts';
import { counted } from '../text/text.ts';
import type { Channel } from '../verbs/act.ts';

/** The channel that a form's field names: mail, where mail goes out and nothing else is said. */
export function channelNamed(app: AppContext, text: unknown): Channel {
  return app.mail && text !== 'copy' ? 'mail' : 'copy';
}

/** The channel of the new links that a form asks for in the place of those that it ends; undefined where it asks for none. */
export function renewalOf(app: AppContext, body: unknown): Channel | undefined {
  return typedFields(body, ['renew']).renew === 'yes' ? channelOf(app, body) : undefined;
}

/** The channel that the form of an action asks for. */
export function channelOf(app: AppContext, body: unknown): Channel {
  return channelNamed(app, typedFields(body, ['channel']).channel);
}

/** What is said of so many new links that went by mail; nothing of none. */
export function mailedWords(number: number): string | undefined {
  if (number === 0) return undefined;
  return number === 1
    ? 'A new link is on its way by mail.'
    : `${counted(number, 'new link')} are on their way by mail.`;
}
