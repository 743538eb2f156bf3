import { type RosterClient, RosterProblem } from '../../api-client/roster-client.ts';
import { ConfigError } from '../../config.ts';
import { type Result, refused } from '../command.ts';

/** What stands behind such a command, as it was typed. */
export interface RemoteWords {
  view?: string;
  on?: string;
  values?: string[];
  apply?: boolean;
  at?: string;
  name?: string;
  email?: string;
  groups?: string[];
  tags?: string[];
  leaves?: string;
  description?: string;
  invite?: boolean;
  until?: string;
}

/** Something to do on a server somewhere else. */
export interface RemoteVerb {
  /** The words behind it, by name. */
  parameters: string[];
  /** What any number of words behind them name. */
  rest?: string;
  /** The options that it takes. */
  options?: (keyof RemoteWords)[];
  run(client: RosterClient, words: string[], options: RemoteWords): Promise<Result>;
}

export type Verbs = Record<string, RemoteVerb>;

/** Runs one of the verbs; those that are none of them go to `otherwise`. */
export async function runVerb(
  noun: string,
  verbs: Verbs,
  client: () => RosterClient,
  [verb = '', ...words]: string[],
  options: RemoteWords,
  otherwise?: (verb: string) => RemoteVerb,
): Promise<Result> {
  const found = Object.hasOwn(verbs, verb) ? verbs[verb] : verb === '' ? undefined : otherwise?.(verb);
  if (!found) throw new ConfigError([`${noun} takes ${Object.keys(verbs).join(', ')}`]);
  const { parameters, rest } = found;
  const isRight = rest ? words.length >= parameters.length : words.length === parameters.length;
  if (!isRight)
    throw new ConfigError([
      `${noun} ${verb} takes: ${[...parameters, ...(rest ? [`${rest} …`] : [])].join(', ') || 'nothing'}`,
    ]);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !found.options?.includes(name as keyof RemoteWords))
      throw new ConfigError([`${noun} ${verb} takes no ${OPTION_NAMES[name] ?? `--${name}`}`]);
  try {
    return await found.run(client(), words, options);
  } catch (error) {
    if (error instanceof RosterProblem) return refused(inWords(error));
    throw error;
  }
}

const OPTION_NAMES: Record<string, string> = { groups: '--group', tags: '--tag', values: '--value' };

function inWords({ message, errors }: RosterProblem): string {
  return errors.length > 0 ? errors.map(({ field, detail }) => `${field}: ${detail}`).join(' ') : message;
}
