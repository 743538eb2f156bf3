import type { Reader } from '../../db/database.ts';
import { formatIn } from '../../text/format.ts';
import { judgeChange, planEach, type Step } from '../../users/actions/changing/planned-change.ts';
import type { NewUser, UserChange } from '../../users/actions/changing/user-change.ts';
import { refusalsOfNew } from '../../users/actions/changing/user-creation.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { takenMessage } from '../../users/user-uniqueness.ts';
import type { Judge } from '../../verbs/action.ts';
import { leaveOut, type Refusal, unfitFields } from '../../verbs/outcome.ts';
import type { PlannedLine } from '../import-plan-store.ts';
import type { ImportedRow } from '../imported-row.ts';
import { checkRow, momentRules } from '../user-row.ts';
import { inWords, type Planned, sharedMistakes, type WholeFile } from './import-kind.ts';
import { namedIn } from './naming.ts';
import { type CheckedRow, changeOf, newUserOf, type RowChange } from './row-change.ts';
import { findMatches, keysOf } from './user-matching.ts';

/** So many mistakes of a line are told; with these mended the others are. */
const MOST_MISTAKES = 10;
const LONGEST_NAME = 200;

/** A line with what of the plan is known so far. */
interface Draft {
  checked: CheckedRow;
  made: RowChange;
  planned?: Planned;
}

/** What importing these lines would do now. `shared` says of keys that several lines of the file have which ones. Nothing is done. */
export async function planUsers(
  db: Reader,
  by: Judge,
  rows: ImportedRow[],
  { choices, findShared }: Pick<WholeFile, 'choices' | 'findShared'>,
): Promise<Planned[]> {
  const found = await findMatches(db, rows, choices);
  const keys = new Map(rows.map((row) => [row, keysOf(row, found.get(row))]));
  const shared = await findShared([...keys.values()].flat().map(({ key }) => key));
  const named = await namedIn(db, by, rows, [...new Set(found.values())]);
  const moments = momentRules(formatIn({ zone: choices.zone }));
  const drafts = rows.map((row): Draft => {
    const { values, mistakes } = checkRow(row, moments);
    const twice = sharedMistakes(keys.get(row)!, shared);
    const checked = { row, values, mistakes: [...mistakes, ...twice], id: found.get(row) };
    const made = changeOf(checked, named, choices.by);
    return { checked, made };
  });
  for (const draft of drafts)
    if (draft.made.mistakes.length > 0)
      draft.planned = refusedLine(draft, draft.made.mistakes.slice(0, MOST_MISTAKES).join(' '));
  await planNew(db, by, drafts);
  await planKnown(db, by, drafts);
  return drafts.map(({ planned }) => planned!);
}

async function planNew(db: Reader, by: Judge, drafts: Draft[]): Promise<void> {
  const fresh = drafts.filter(({ planned, checked }) => !planned && checked.id === undefined);
  const newUsers = new Map<Draft, NewUser>();
  for (const draft of fresh) {
    const newUser = newUserOf(draft.checked, draft.made.change);
    if (typeof newUser === 'string') draft.planned = refusedLine(draft, newUser);
    else newUsers.set(draft, newUser);
  }
  const taken = await findUserIdsByIdentifier(
    db,
    [...newUsers.values()].flatMap(({ name, email }) => [name, email ?? []].flat()),
  );
  const refusals = (await refusalsOfNew(db, by, [...newUsers.values()])).values();
  for (const [draft, newUser] of newUsers) {
    const refusal = refusals.next().value;
    const fields = (['name', 'email'] as const).filter((field) => taken.has(newUser[field] ?? ''));
    const mistakes = [
      ...fields.map((field) => takenMessage(field, newUser[field]!)),
      ...(refusal ? [inWords(newUser.name, refusal)] : []),
    ];
    draft.planned =
      mistakes.length > 0
        ? refusedLine(draft, mistakes.join(' '))
        : {
            ...lineOf(draft, 'new'),
            name: newUser.name,
            change: { ...newUser },
            told: { after: { email: newUser.email } },
          };
  }
}

async function planKnown(db: Reader, by: Judge, drafts: Draft[]): Promise<void> {
  const known = drafts.filter(({ planned }) => !planned);
  const changes = new Map(known.map(({ checked, made }): [number, UserChange] => [checked.id!, made.change]));
  const outcomes = await judgeChange(db, by, [...changes.keys()]);
  const owners = await findUserIdsByIdentifier(
    db,
    [...changes.values()].flatMap(({ name, email }) => [name ?? [], email ?? []].flat()),
  );
  leaveOut(outcomes, (subject) => takenBy(subject, changes.get(subject.id)!, owners));
  const { steps } = await planEach(db, by, outcomes, changes);
  const stepOf = new Map(steps.map((step) => [step.subject.id, step]));
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.subject.id, outcome]));
  for (const draft of known) {
    const { subject, refusal } = outcomeOf.get(draft.checked.id!)!;
    const step = stepOf.get(subject.id);
    const line = { name: subject.name, subjectId: subject.id, version: subject.version };
    if (refusal) draft.planned = { ...refusedLine(draft, inWords(subject.name, refusal)), ...line };
    else if (!step) draft.planned = { ...lineOf(draft, 'unchanged'), ...line, told: told(draft) };
    else if (subject.activity === 'deleted')
      draft.planned = { ...refusedLine(draft, `${subject.name} is deleted: restore them first.`), ...line };
    else draft.planned = { ...changedLine(draft, step), ...line };
  }
}

function changedLine(draft: Draft, { told: { before, after } }: Step): Planned {
  const newEmail = 'email' in after ? String(after.email) : null;
  const others = Object.keys(after).length - (newEmail === null ? 0 : 1);
  const change: Record<string, unknown> = { ...draft.made.change };
  return { ...lineOf(draft, 'changed'), change, told: { before, after, ...told(draft) }, newEmail, others };
}

function told({ made: { notes } }: Draft): { notes?: string[] } {
  return notes.length > 0 ? { notes } : {};
}

/** A name or an email that is another user's. What somebody has already is not taken anew. */
function takenBy(
  subject: { id: number; name: string; email: string | null },
  change: UserChange,
  owners: Map<string, number>,
): Refusal | undefined {
  const taken = (['name', 'email'] as const).filter((field) => {
    const owner = owners.get(change[field] ?? '');
    return owner !== undefined && owner !== subject.id && change[field] !== subject[field];
  });
  if (taken.length === 0) return undefined;
  return unfitFields(Object.fromEntries(taken.map((field) => [field, takenMessage(field, change[field]!)])));
}

function lineOf({ checked }: Draft, kind: PlannedLine['kind']): Planned {
  const { row, values } = checked;
  const name =
    [values.name, values.email, row.values.name, row.values.email].flat().find(Boolean)?.slice(0, LONGEST_NAME) ??
    `line ${row.line}`;
  // Whoever is refused is in the file all the same, and not missing in it.
  const nothing = { subjectId: checked.id ?? null, version: null, change: {}, told: {}, reason: '', newEmail: null };
  return { line: row.line, kind, name, ...nothing, isTicked: false, others: 0 };
}

function refusedLine(draft: Draft, reason: string): Planned {
  return { ...lineOf(draft, 'refused'), reason };
}
