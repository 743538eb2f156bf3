import { type DestinationStream, type Logger, pino } from 'pino';

const LONGEST_MESSAGE = 300;
const LONGEST_STACK = 450;

/** The log of the program: a line of JSON per entry. An error is told by what happened and where, never with what it happened to. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino({ level, serializers: { err: loggedError } }, destination);
}

/**
 * An error for the log, in less than a kilobyte. Only what is named here: errors of libraries carry statements, addresses and
 * whatever they were at (R78, R91).
 */
export function loggedError(error: unknown) {
  // By its fields and not its class: what the database throws may be of another realm.
  const { name, code, message = '', stack = '' } = (error ?? {}) as Partial<Error> & { code?: unknown };
  return {
    type: name ?? typeof error,
    ...(typeof code === 'string' && { code }),
    message: withoutStatement(String(message)).slice(0, LONGEST_MESSAGE),
    stack: placesIn(String(stack)).slice(0, LONGEST_STACK),
  };
}

/** Where it happened, our own code before that of libraries. */
function placesIn(stack: string): string {
  const places = stack.split('\n').filter((line) => /^ +at /.test(line));
  const isOurs = (place: string) => !/node_modules|node:/.test(place);
  return [...places.filter(isOurs), ...places.filter((place) => !isOurs(place))].map((place) => place.trim()).join(' ');
}

const STATEMENT =
  /^(select|insert|update|delete|with|create|alter|drop|pragma|begin|commit|rollback|savepoint|release|vacuum)\b/i;

/** Knex puts the statement before the database's own words. */
function withoutStatement(message: string): string {
  return STATEMENT.test(message) ? message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '') : message;
}
