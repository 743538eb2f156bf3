/** Lines with columns under each other; nothing is cut. */
export function table(head: string[], rows: string[][]): string[] {
  const lines = [head, ...rows];
  const widths = head.map((_, n) => Math.max(...lines.map((line) => [...line[n]].length)));
  return lines.map((line) =>
    line
      .map((cell, n) => cell + ' '.repeat(widths[n] - [...cell].length))
      .join('  ')
      .trimEnd(),
  );
}

/** One record, a line for each fact. */
export function facts(of: Record<string, string>): string[] {
  const given = Object.entries(of).filter(([, value]) => value !== '');
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
