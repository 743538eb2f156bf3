import { load } from 'cheerio';

/** A page of Roster, as a test reads it. */
export function pageOf(response: { text: string }) {
  const $ = load(response.text);
  const textOf = (selector: string) => $(selector).text().replace(/\s+/g, ' ').trim();
  const all = <T>(selector: string, read: (element: ReturnType<typeof $>) => T): T[] =>
    $(selector)
      .toArray()
      .map((element) => read($(element)));
  return {
    $,
    textOf,
    texts: (selector: string) => all(selector, (element) => element.text().replace(/\s+/g, ' ').trim()),
    heading: () => textOf('h1'),
    /** The messages beside the fields, by field. */
    errors: (): Record<string, string> =>
      Object.fromEntries(
        all('.error', (element) => [element.attr('id')?.replace(/-error$/, ''), element.text().trim()]),
      ),
    /** What the fields hold that a browser would send. */
    typed: (form = 'form:has(main), main form'): Record<string, string | string[]> => {
      const typed: Record<string, string | string[]> = {};
      for (const { name, value } of $(form).last().serializeArray()) {
        const before = typed[name];
        typed[name] = before === undefined ? value : [...[before].flat(), value];
      }
      return typed;
    },
    /** The link that is shown once, to copy. */
    link: () => $('#link').attr('value'),
    /** What is said, without what is offered beside it. */
    message: () => textOf('#messages p'),
    /** What a definition list says under a term. */
    fact: (term: string) =>
      all('dt', (element) => element)
        .find((element) => element.text().trim() === term)
        ?.next('dd')
        .text()
        .replace(/\s+/g, ' ')
        .trim(),
  };
}
