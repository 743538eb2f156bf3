import { Unfit } from '../unfit.ts';

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a filter or a PATCH names: an attribute, perhaps of an extension, perhaps a part of it. Lowered. */
export interface AttributePath {
  schema?: string;
  attribute: string;
  sub?: string;
}

export type FilterValue = string | number | boolean | null;

/** A filter as RFC 7644, section 3.4.2.2, has it. */
export type Filter =
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; part: Filter }
  | { kind: 'present'; path: AttributePath }
  | { kind: 'compare'; path: AttributePath; operator: Operator; value: FilterValue }
  /** Those of the values of a list of which this holds. */
  | { kind: 'among'; path: AttributePath; filter: Filter };

const LONGEST = 2_000;
const DEEPEST = 8;
const MOST_PARTS = 50;

/** Why a filter is refused. */
export class BadFilter extends Unfit {
  constructor(message: string) {
    super('invalidFilter', message);
  }
}

const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y;

/** Throws BadFilter. */
export function parseFilter(text: string): Filter {
  return new Parser(text).whole();
}

/** A path as PATCH has it: with what chooses among the values of a list, and a part of those. */
export interface PatchPath {
  path: AttributePath;
  filter?: Filter;
}

/** Throws BadFilter. */
export function parsePatchPath(text: string): PatchPath {
  return new Parser(text).patchPath();
}

/** `urn:…:User:name.familyName` as its parts; the schema is told by being one of those that are known. Throws BadFilter. */
export function pathOf(text: string): AttributePath {
  if (/^urn:/i.test(text)) {
    const colon = text.lastIndexOf(':');
    // A version number has a dot of its own.
    const rest = text.slice(colon + 1);
    const path = partsOf(rest);
    return { ...path, schema: text.slice(0, colon).toLowerCase() };
  }
  return partsOf(text);
}

function partsOf(text: string): AttributePath {
  const [, attribute, sub] = /^([$a-z][\w$-]*)(?:\.([$a-z][\w$-]*))?$/i.exec(text) ?? [];
  if (attribute === undefined) throw new BadFilter(`${quoted(text)} is no name of an attribute.`);
  return { attribute: attribute.toLowerCase(), ...(sub && { sub: sub.toLowerCase() }) };
}

class Parser {
  private readonly tokens: string[];
  private at = 0;
  private parts = 0;

  constructor(text: string) {
    if (text.length > LONGEST) throw new BadFilter(`A filter has at most ${LONGEST} characters.`);
    this.tokens = tokensOf(text);
  }

  whole(): Filter {
    const filter = this.either(0);
    if (this.at < this.tokens.length) throw new BadFilter(`Nothing was expected at ${quoted(this.tokens[this.at])}.`);
    return filter;
  }

  patchPath(): PatchPath {
    const path = pathOf(this.next());
    if (this.at === this.tokens.length) return { path };
    this.expect('[');
    const filter = this.either(1);
    this.expect(']');
    if (this.at === this.tokens.length) return { path, filter };
    const [, sub] = /^\.([$a-z][\w$-]*)$/i.exec(this.next()) ?? [];
    if (sub === undefined || this.at < this.tokens.length) throw new BadFilter('What follows ] is a dot and a name.');
    return { path: { ...path, sub: sub.toLowerCase() }, filter };
  }

  private either(depth: number): Filter {
    return this.joined('or', depth, () => this.both(depth));
  }

  private both(depth: number): Filter {
    return this.joined('and', depth, () => this.one(depth));
  }

  private joined(kind: 'and' | 'or', depth: number, read: () => Filter): Filter {
    if (depth > DEEPEST) throw new BadFilter(`A filter is at most ${DEEPEST} deep.`);
    const parts = [read()];
    while (this.peek()?.toLowerCase() === kind) {
      this.at += 1;
      parts.push(read());
    }
    return parts.length === 1 ? parts[0] : { kind, parts };
  }

  private one(depth: number): Filter {
    this.parts += 1;
    if (this.parts > MOST_PARTS) throw new BadFilter(`A filter compares at most ${MOST_PARTS} times.`);
    const token = this.next();
    if (token.toLowerCase() === 'not' && this.peek() === '(') return { kind: 'not', part: this.one(depth + 1) };
    if (token === '(') {
      const inner = this.either(depth + 1);
      this.expect(')');
      return inner;
    }
    return this.about(pathOf(token), depth);
  }

  private about(path: AttributePath, depth: number): Filter {
    if (this.peek() === '[') return this.among(path, depth);
    const operator = this.next().toLowerCase();
    if (operator === 'pr') return { kind: 'present', path };
    return { kind: 'compare', path, operator: operatorOf(operator), value: this.value() };
  }

  /** Microsoft writes `emails[type eq "work"].value eq "…"`: of those values, one is so. */
  private among(path: AttributePath, depth: number): Filter {
    this.expect('[');
    const filter = this.either(depth + 1);
    this.expect(']');
    const [, sub] = /^\.([$a-z][\w$-]*)$/i.exec(this.peek() ?? '') ?? [];
    if (sub === undefined) return { kind: 'among', path, filter };
    this.at += 1;
    const of = this.about({ attribute: sub.toLowerCase() }, depth + 1);
    return { kind: 'among', path, filter: { kind: 'and', parts: [filter, of] } };
  }

  private value(): FilterValue {
    const token = this.next();
    if (/^(true|false|null)$/i.test(token)) return JSON.parse(token.toLowerCase());
    try {
      const value = JSON.parse(token);
      if (typeof value === 'string' || typeof value === 'number') return value;
    } catch {
      // It is told below.
    }
    throw new BadFilter(`${quoted(token)} is no value: write it in double quotes.`);
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new BadFilter('The filter ends too soon.');
    this.at += 1;
    return token;
  }

  private expect(token: string): void {
    if (this.next() !== token) throw new BadFilter(`A ${token} was expected.`);
  }
}

function operatorOf(text: string): Operator {
  const operator = OPERATORS.find((one) => one === text);
  if (!operator) throw new BadFilter(`${quoted(text)} is none of ${OPERATORS.join(', ')}, pr.`);
  return operator;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) {
      if (text.slice(from).trim() === '') break;
      throw new BadFilter(`The filter cannot be read from ${quoted(text.slice(from, from + 20))} on.`);
    }
    tokens.push(found[1] ?? found[2] ?? found[3]);
  }
  if (tokens.length === 0) throw new BadFilter('The filter is empty.');
  return tokens;
}

function quoted(text: string): string {
  return `“${text.slice(0, 40)}”`;
}
