const LINE = /[^\r\n]*(?:\r\n|\r|\n|$)/g;
/** A cell that begins with a quote, and does not end with the line. */
const OPEN = /(?:^|[,;\t|]) *"(?:[^"]|"")*$/;
const LONGEST_LINE = 20_000;

/**
 * The first lines of a table, with their ends. A line goes on where it ends within the quotes of a cell, as it does in heads that are
 * written below each other; a quote that none of so many lines closes is a letter like others.
 */
export function wholeLines(text: string, most: number): string[] {
  const written = text.match(LINE)!.slice(0, most);
  const lines: string[] = [];
  for (let n = 0; n < written.length; ) {
    let end = n + 1;
    while (end < written.length && isOpen(written.slice(n, end).join(''))) end++;
    if (isOpen(written.slice(n, end).join(''))) end = n + 1;
    lines.push(written.slice(n, end).join(''));
    n = end;
  }
  return lines;
}

function isOpen(line: string): boolean {
  return line.length <= LONGEST_LINE && OPEN.test(line);
}
