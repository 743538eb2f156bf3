/** Why the program will not start, or a command not run: a sentence a line, for whoever started it. */
export class CannotStart extends Error {
  readonly lines: string[];

  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}
