// How names and addresses were folded when 0020 landed. The program's own functions may change; what a migration did may not.

export function identityKey(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll('ς', 'σ');
}

const LETTERS: Record<string, string> = { ł: 'l', ø: 'o', ß: 'ss', đ: 'd', ı: 'i', æ: 'ae', œ: 'oe', ς: 'σ' };

export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[łøßđıæœς]/g, (letter) => LETTERS[letter])
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
