import type { AppContext } from '../web/app-context.ts';
import { typedFields } from '../web/form.ts';
import type { Channel } from './link-store.ts';

/** The channel that a form's field names: mail, where mail goes out and nothing else is said. */
export function channelNamed(app: AppContext, text: unknown): Channel {
  return app.mail && text !== 'copy' ? 'mail' : 'copy';
}

/** The channel that the form of an action asks for. */
export function channelOf(app: AppContext, body: unknown): Channel {
  return channelNamed(app, typedFields(body, ['channel']).channel);
}
