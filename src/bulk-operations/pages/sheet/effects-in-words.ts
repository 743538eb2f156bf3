import { covers, grantsInWords, type Rights } from '../../../access/rights.ts';
import type { AppContext } from '../../../app-context.ts';
import { effectsInWords, effectsOf } from '../../../permissions/effect.ts';
import { counted } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { UNDO } from '../../bulk-operation.ts';
import type { EffectTally } from '../../effect-tally.ts';

/** So many groups are told of one by one. */
const GROUPS_TOLD = 20;

/** What comes back otherwise than the action is called, and what it means for people that groups come and go, or they to them. */
export async function effectsSaid(app: AppContext, action: BulkAction, effects: EffectTally): Promise<string[]> {
  const { notes, moves, changes } = effects;
  const said = action.notes?.inWords(notes) ?? [];
  const whole = changes.flatMap(({ from, to, groupIds }) => groupIds.map((groupId) => ({ groupId, from, to })));
  if (whole.length > 0) said.push(...(await effectsOf(app, whole)));
  if (moves.length === 0 && action.name !== UNDO) return said;
  const { groups } = app.index;
  await groups.refresh();
  const told = action.name === UNDO ? [...whole, ...moves].map(({ groupId }) => groupId) : [];
  const names = new Map(groups.named(new Set(told)).map(({ id, name }) => [id, name]));
  const again = names.size === 0 ? [] : whole.flatMap((one) => grantedAgain(one, names.get(one.groupId) ?? ''));
  said.push(...again.slice(0, GROUPS_TOLD), ...others(again.length - GROUPS_TOLD, 'grant something else as well'));
  const telling = moves
    .map((move) => ({ ...move, sentences: effectsInWords(move, groups) }))
    .filter(({ sentences }) => sentences.length > 0);
  for (const { groupId, sentences } of telling.slice(0, GROUPS_TOLD)) {
    const name = names.get(groupId);
    said.push(...sentences.map((sentence) => (name ? `${name}: ${sentence}` : sentence)));
  }
  said.push(...others(telling.length - GROUPS_TOLD, 'give or take rights as well'));
  return said;
}

function others(number: number, what: string): string[] {
  if (number <= 0) return [];
  return [`${counted(number, 'more group')} ${number === 1 ? what.replace(/^\w+/, (verb) => `${verb}s`) : what}.`];
}

/** What a group that comes back grants, and what is withdrawn from one, by right. */
function grantedAgain({ from, to }: { from: Rights; to: Rights }, name: string): string[] {
  const beyond = (rights: Rights, other: Rights) =>
    Object.fromEntries(Object.entries(rights).filter(([key, level]) => !covers(other, { [key]: level })));
  const [more, less] = [grantsInWords(beyond(to, from)), grantsInWords(beyond(from, to))];
  return [more && `${name} grants ${more} again.`, less && `${name} does not grant ${less} any more.`].filter(Boolean);
}
