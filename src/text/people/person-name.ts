/** Small words within names, written small. */
const PARTICLES = new Set(
  'von van vom zu zum zur de der den del della di da do dos du des la le el al bin ibn ter ten te af av y e'.split(' '),
);
const TITLE = /^(?:(?:dr|prof|mag|dipl|ing|msc|bsc|m\.sc|b\.sc|m\.a|b\.a|ma|ba|phd|ph\.d|mba|jr|sr|ii|iii)\b\.?\s*)+$/i;
const WORD = /^\p{L}[\p{L}\p{M}.'’ʼ-]*$/u;
const MOST_WORDS = 5;
const LONGEST = 200;

/** A name as it is said: "Müller, Maria" becomes "Maria Müller", without quotes, remarks in brackets, marks of a list and addresses. */
export function personName(text: string): string {
  const bare = withoutRemarks(text.slice(0, LONGEST))
    .replace(/^[\s"'‘’“”„,;:<–—-]+|(?<![\s"'‘’“”,;:>–—-])[\s"'‘’“”,;:>–—-]+$/g, '')
    .replace(/\s+/g, ' ');
  if (bare.includes('@')) return '';
  const [last, first, ...more] = bare.split(',').map((part) => part.trim());
  if (!first || !more.every((part) => TITLE.test(part))) return bare;
  return TITLE.test(first) ? last : `${first} ${last}`;
}

/** Whether it is written as names are, so that no sentence is taken for somebody. */
export function looksLikeName(text: string): boolean {
  const words = text.replaceAll(',', ' ').trim().split(/\s+/);
  if (text.length > LONGEST || words.length > MOST_WORDS || !words.every((word) => WORD.test(word))) return false;
  const isGreat = (word: string) => /^[^\p{Ll}]/u.test(word);
  return isGreat(words.at(-1)!) && words.every((word) => isGreat(word) || PARTICLES.has(word));
}

/** A whole text in brackets is no remark: so stands the name behind an address. */
function withoutRemarks(text: string): string {
  const inside = /^\s*[([]([^()[\]]*)[)\]]\s*$/.exec(text)?.[1];
  return inside ?? text.replace(/[([][^()[\]]*[)\]]/g, ' ');
}
