import { z } from 'zod';
import type { Level } from '../../../access/rights.ts';
import { findApplications } from '../../../applications/application-store.ts';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import type { Reader } from '../../../db/database.ts';
import { checkForm, FieldErrors } from '../../../forms/form.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import { changePermissions, planPermissions } from '../../../permissions/actions/changing-permissions.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { granting, type Levels } from '../../../permissions/permission-store.ts';
import { counted } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { inapplicable, leaveOut } from '../../../verbs/outcome.ts';
import type { Group } from '../../group.ts';
import { keepNeededRights } from '../group-action.ts';
import { levelFact } from '../group-facts.ts';
import { unlessDeleted } from './group-changing-action.ts';

const LEVELS: Record<Level | 'none', string> = {
  write: 'Read and write',
  read: 'Read',
  none: 'Nothing: it is withdrawn',
};

export const PERMISSION_SETTING: AskingAction<Group> = {
  name: 'set-permission',
  label: 'Set permission',
  otherNames: ['Grant a right', 'Withdraw a right'],
  icon: 'shield-check',
  asks: [
    { kind: 'application', field: 'application', label: 'Application' },
    {
      kind: 'option',
      field: 'level',
      label: 'They grant',
      options: Object.entries(LEVELS).map(([value, label]) => ({ value, label })),
    },
  ],
  check: (typed) =>
    checkForm(
      z.object({
        application: z.string().min(1, 'Choose an application.').max(100, 'Choose an application.'),
        level: z.enum(['write', 'read', 'none'], { error: 'Choose one of these.' }),
      }),
      typed,
    ),
  async resolve(db, _by, choices) {
    await requireApplications(db, { [String(choices.application)]: choices.level as Level | 'none' });
    return choices;
  },
  async chosen(db, choices) {
    const key = String(choices.application);
    const application = (await findApplications(db)).find((one) => one.key === key);
    const level = choices.level as Level | 'none';
    return permissionAction({ [key]: level }, { key, name: application?.name ?? key, level });
  },
};

/** What is no longer there is granted to nobody, and can only be told of. Throws FieldErrors. */
async function requireApplications(db: Reader, levels: Levels): Promise<void> {
  const granted = Object.keys(levels).filter((key) => levels[key] !== 'none');
  if (granted.length === 0) return;
  const known = new Set((await findApplications(db)).map(({ key }) => key));
  if (granted.some((key) => !known.has(key)))
    throw new FieldErrors({ application: 'There is no such application any more.' });
}

/** Makes groups grant this on applications, and on others what they did. */
export function settingLevels(
  levels: Levels,
): Pick<BulkAction<Group>, 'refusalOf' | 'refuseAmong' | 'perform' | 'givings'> {
  return {
    refusalOf: unlessDeleted,
    refuseAmong: (db, judge, outcomes) =>
      unlessRefused(outcomes, async () => {
        await requireApplications(db, levels);
        const steps = await planPermissions(db, judge, outcomes, levels);
        const changing = new Set(steps.map(({ group }) => group.id));
        leaveOut(outcomes, ({ id }) => (changing.has(id) ? undefined : inapplicable('grants just this already')));
        await keepNeededRights(db, judge, outcomes, ({ rights }) => granting(rights, levels));
      }),
    perform: async (trx, act, groups) => {
      const ids = groups.map(({ id }) => id);
      return (await changePermissions(trx, act, ids, levels)).written;
    },
    givings: async (_db, _judge, groups) =>
      groups.map((group) => ({
        groupId: group.id,
        from: givenBy(group),
        to: givenBy({ ...group, rights: granting(group.rights, levels) }),
      })),
  };
}

function permissionAction(
  levels: Levels,
  { key, name, level }: { key: string; name: string; level: Level | 'none' },
): BulkAction<Group> {
  const isWithdrawn = level === 'none';
  return {
    name: 'set-permission',
    label: isWithdrawn ? `Withdraw the rights on ${name}` : `Grant ${level} on ${name}`,
    icon: 'shield-check',
    bulk: {
      button: (number) =>
        isWithdrawn
          ? `Withdraw the rights of ${counted(number, 'group')} on ${name}`
          : `Let ${counted(number, 'group')} grant ${level} on ${name}`,
      done: (number) =>
        isWithdrawn
          ? `${counted(number, 'group')} ${number === 1 ? 'grants' : 'grant'} nothing on ${name} any more.`
          : `${counted(number, 'group')} ${number === 1 ? 'grants' : 'grant'} ${level} on ${name}.`,
      consequence: isWithdrawn
        ? 'Their members lose what only they granted, with the next click.'
        : 'It holds for their members from the next click on.',
    },
    ...settingLevels(levels),
    was: (before) => (before[levelFact(key)] ? `granted ${before[levelFact(key)]}` : 'granted nothing on it'),
    events: {},
  };
}
