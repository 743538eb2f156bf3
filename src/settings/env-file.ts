/** As many letters may be wrong, missing or too many in what was meant to be a setting. */
const NEAR = 2;
/** A short name is near to many others. */
const SHORTEST_MISSPELT = 6;
const BYTE_ORDER_MARK = '\ufeff';

interface Line {
  number: number;
  name: string;
  value: string;
}

/** What is written in a `.env` in such a way that it would not be read as it was meant, a line per mistake. */
export function envFileMistakes(text: string, known: string[]): string[] {
  if (text.startsWith(BYTE_ORDER_MARK))
    return ['.env begins with a byte order mark, so its first line is not read: save it as UTF-8 without one'];
  // What Node reads of another encoding are replacement characters, or letters with a NUL between them.
  if (/[\ufffd\0]/.test(text)) return ['.env is not in UTF-8, so it is not read as it was meant: save it as UTF-8'];
  return [...unreadLines(text), ...misreadLines(text, known)];
}

/** Whoever writes `PORT: 4000` means a setting, which nobody would read. */
function unreadLines(text: string): string[] {
  const mistakes: string[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const { name, value } = settingIn(lines[at]) ?? {};
    if (name === undefined) {
      if (!/^\s*(#|$)/.test(lines[at])) mistakes.push(`.env, line ${at + 1}, is not read: write NAME=value`);
      continue;
    }
    const quote = /^["'`]/.exec(value!)?.[0];
    if (quote === undefined || value!.indexOf(quote, 1) > 0) continue;
    // A value in quotes may go on over lines.
    const end = lines.findIndex((line, n) => n > at && line.includes(quote));
    if (end < 0) mistakes.push(`${name} (.env, line ${at + 1}) begins with ${quote}, which nothing closes`);
    else at = end;
  }
  return mistakes;
}

function misreadLines(text: string, known: string[]): string[] {
  return linesOf(text).flatMap(({ number, name, value }) => {
    const meant = known.includes(name) ? undefined : nearest(name, known);
    if (meant) return [`${name} (.env, line ${number}) is no setting: ${meant} is`];
    // What follows is taken for a comment, also where it belongs to a password.
    if (known.includes(name) && /^[^"'`].*#/.test(value))
      return [
        `${name} (.env, line ${number}) holds a #, and is cut there: put the value into quotes, or a comment on its own line`,
      ];
    return [];
  });
}

/** Names that are no settings: all of a `.env`, and what looks like one in the environment, which holds much else. */
export function unknownSettings(
  text: string,
  environment: Record<string, string | undefined>,
  known: string[],
): string[] {
  const inFile = linesOf(text).filter(({ name }) => !known.includes(name) && !nearest(name, known));
  const misspelt = Object.keys(environment).filter((name) => !known.includes(name) && nearest(name, known));
  const noFiles = Object.keys(environment).filter((name) => !known.includes(name) && known.includes(withoutFile(name)));
  return [
    ...inFile.map(({ number, name }) => `${name} (.env, line ${number}) is no setting of Roster`),
    ...misspelt.map((name) => `${name} in the environment is no setting of Roster; ${nearest(name, known)} is`),
    ...noFiles.map((name) => `${name} in the environment is no setting of Roster; give ${withoutFile(name)} itself`),
  ];
}

/** Only secrets are read from files. */
function withoutFile(name: string): string {
  return /^(.+)_FILE$/.exec(name)?.[1] ?? '';
}

/** Whoever adds a line at the end of a long file may not know that it stands above already. */
export function repeatedSettings(text: string, known: string[]): string[] {
  const first = new Map<string, number>();
  return linesOf(text).flatMap(({ number, name }) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, number);
    return before !== undefined && known.includes(name)
      ? [`${name} stands in .env on line ${before} and again on line ${number}; the later one counts`]
      : [];
  });
}

/** These are worth what they are, whatever they look like: data was made with them. */
const ANY_TEXT = /_(SECRET|PEPPER|TOKEN)$/;

/**
 * What reads a file of settings for a container passes quotes on as a part of them: a `DATA_DIR` in quotes would be another folder, with
 * a new Roster in it that has lost everybody.
 */
export function quotedSettings(environment: Record<string, string | undefined>, known: string[]): string[] {
  return known
    .filter((name) => !ANY_TEXT.test(name) && /^\s*(["'`]).*\1\s*$/s.test(environment[name] ?? ''))
    .map((name) => `${name} stands in quotes, which belong to it in the environment: leave them out`);
}

function linesOf(text: string): Line[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    const found = settingIn(line);
    return found === undefined ? [] : [{ number: at + 1, ...found }];
  });
}

function settingIn(line: string): { name: string; value: string } | undefined {
  const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, value };
}

function nearest(name: string, known: string[]): string | undefined {
  const inCapitals = known.find((one) => one === name.toUpperCase());
  if (inCapitals || name.length < SHORTEST_MISSPELT) return inCapitals;
  return known.find((one) => distance(name.toUpperCase(), one) <= NEAR);
}

/** How many letters must be changed, added or left out to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
