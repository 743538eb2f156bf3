/**
 * Letters of other alphabets, and forms of Latin letters, that look like Latin ones: part of the list of UTS 39, section 4. What looks alike within one alphabet (l and 1,
 * rn and m) is left out, because names that people really have differ in it.
 */
const LOOKS = new Map(
  [
    ['АВЕЁЅІЇЈКМНОРСТУХѴԌԚԜӀ', 'ABEËSIÏJKMHOPCTYXVGQWI'],
    ['аеёѕіїјкорсухѵԁһԛԝӏ', 'aeësiïjkopcyxvdhqwl'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ['αγηικνορυχ', 'aynikvopux'],
    ['ՕՍհոսցօյ', 'OUhnugoj'],
    ['ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ', 'ABCDEHJKLMPRSTVWZ'],
    ['ꭺᏼꮯꭰꭼꮋꭻꮶꮮꮇꮲꭱꮪꭲꮩꮃꮓ', 'abcdehjklmprstvwz'],
    ['ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɡɑıȷ', 'abcdefghijklmnoprstuvwyzgaij'],
  ].flatMap(([others, latin]) => [...others].map((letter, n) => [letter, [...latin][n]] as const)),
);

/**
 * The text with Latin letters in the place of those that only look like them: in a word that mixes alphabets, and in one that could
 * be Latin as a whole. A word that nobody would read as Latin stays as it is, and so does its place in an order.
 */
export function latinised(text: string): string {
  return text.replace(/[\p{L}\p{M}]+/gu, (word) => {
    const letters = [...word];
    if (/\p{Script=Latin}/u.test(word)) return letters.map((letter) => LOOKS.get(letter) ?? letter).join('');
    const looks = letters.map(looksInAnyCase);
    return looks.includes(undefined) ? word : looks.join('');
  });
}

/** Such a word is a name that may be typed in either case, and in both it has one look. */
function looksInAnyCase(letter: string): string | undefined {
  return LOOKS.get(letter.toUpperCase())?.toLowerCase() ?? LOOKS.get(letter.toLowerCase());
}
