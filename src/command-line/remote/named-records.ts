import { type Records, RosterProblem } from '../../api-client/roster-client.ts';
import { idIn } from '../../text/record-id.ts';

interface Named {
  id: number;
  name: string;
  email?: string | null;
}

/** Who is called just so stands first, of however many in whose names and emails it is found. */
const LOOKED_AT = 200;

type Listed<One extends Named> = Pick<Records<One, never, never>, 'list' | 'get'>;

/** By id, or by exactly that name or system email. Throws RosterProblem. */
export async function recordCalled<One extends Named>(records: Listed<One>, noun: string, text: string): Promise<One> {
  const meant = text.toLocaleLowerCase('en');
  const id = idIn(text);
  const found = id === undefined ? [] : await withId(records, id);
  let left = LOOKED_AT;
  for await (const one of records.list(String(new URLSearchParams({ q: text, per: String(LOOKED_AT) })))) {
    if (isCalled(one, meant) && !found.some(({ id }) => id === one.id)) found.push(one);
    if (--left === 0) break;
  }
  const [first, second] = found;
  if (!first) throw new RosterProblem({ status: 404, detail: `There is no ${noun} ${text}.` });
  if (second)
    throw new RosterProblem({ status: 409, detail: `More than one ${noun} is called ${text}: name it otherwise.` });
  return first;
}

async function withId<One extends Named>(records: Listed<One>, id: number): Promise<One[]> {
  try {
    return [await records.get(id)];
  } catch (error) {
    if (error instanceof RosterProblem && error.status === 404) return [];
    throw error;
  }
}

function isCalled({ name, email }: Named, meant: string): boolean {
  return [name, email ?? ''].some((one) => one.toLocaleLowerCase('en') === meant);
}
