import { type DestinationStream, destination as destinationOf, type Logger, pino } from 'pino';

const LONGEST_MESSAGE = 300;
const LONGEST_STACK = 450;
/** Bytes that wait while nothing takes them, such as a file on a full disk; what is more is lost. */
const MOST_WAITING = 1_000_000;
/** So many bytes are written at once, and what is less after so many milliseconds: a call of the system for each line costs more than making it. */
const WRITTEN_AT_ONCE = 4_096;
const WRITTEN_WITHIN = 100;

/** The log of the program: a line of JSON per entry. An error is told by what happened and where, never with what it happened to. */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): Logger {
  return pino({ level, serializers: { err: loggedError } }, destination);
}

/** A log that cannot be written stops nothing. The library throws the first such error, and at the end waits for room for ever. */
function standardOutput(): DestinationStream {
  const output = destinationOf({
    sync: false,
    maxLength: MOST_WAITING,
    minLength: WRITTEN_AT_ONCE,
    periodicFlush: WRITTEN_WITHIN,
  });
  const { flushSync } = output;
  output.on('error', () => {
    output.flushSync = () => {};
  });
  output.on('write', () => {
    output.flushSync = flushSync;
  });
  return output;
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
