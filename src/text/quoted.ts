const LONGEST = 60;

/** What somebody wrote, as it stands in a sentence about it; of what is long the beginning. */
export function quoted(text: string): string {
  const letters = [...text];
  return `“${letters.length > LONGEST ? `${letters.slice(0, LONGEST).join('').trimEnd()}…` : text}”`;
}
