import { type Records, RosterProblem } from '../../api-client/roster-client.ts';

interface Named {
  id: number;
  name: string;
  email?: string | null;
}

type Listed<One extends Named> = Pick<Records<One, never, never>, 'list' | 'get'>;

/** By id, or by exactly that name or system email. Throws RosterProblem. */
export async function recordCalled<One extends Named>(records: Listed<One>, noun: string, text: string): Promise<One> {
  if (/^[1-9]\d{0,14}$/.test(text)) return records.get(Number(text));
  const meant = text.toLocaleLowerCase('en');
  const found: One[] = [];
  for await (const one of records.list(String(new URLSearchParams({ q: text, per: '200' }))))
    if ([one.name, one.email ?? ''].some((name) => name.toLocaleLowerCase('en') === meant)) found.push(one);
  const [first, second] = found;
  if (!first) throw new RosterProblem({ status: 404, detail: `There is no ${noun} ${text}.` });
  if (second) throw new RosterProblem({ status: 409, detail: `Several are called ${text}: name one by its number.` });
  return first;
}
