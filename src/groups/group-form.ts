import { z } from 'zod';
import { description, groupName, optional, tags, ticked } from '../forms/fields.ts';
import { checkForm, type FormResult, type Typed, typedFields } from '../forms/form.ts';
import { picked, type Searches } from '../forms/picker.ts';
import type { Group } from './group.ts';

const fields = {
  name: groupName,
  /** Name or system email. */
  leader: optional(254, 'At most 254 characters.'),
  description,
  tags,
  requiresSecondFactor: ticked,
  canBeAskedFor: ticked,
};

const complete = z.object(fields);

export type GroupValues = z.output<typeof complete>;

/** `opened` is the form as it was opened, to tell what somebody else saved meanwhile. */
const SINGLE = [...Object.keys(fields), 'version', 'opened', 'step'];

/** In which fields one searches for what fills others. */
export const GROUP_SEARCHES: Searches = { leader: 'leader' };

/** What was typed into New Group or Edit, with who was just taken there. */
export function typedGroup(body: unknown): Typed {
  return picked(typedFields(body, SINGLE), GROUP_SEARCHES);
}

export function checkGroup(typed: Typed): FormResult<GroupValues> {
  return checkForm(complete, typed);
}

/** The form as it stands for an existing group. */
export function typedOf(group: Group, tagNames: string[]): Typed {
  return {
    ...typedGroup({}),
    name: group.name,
    leader: group.leaderName ?? '',
    description: group.description,
    tags: tagNames.join(', '),
    requiresSecondFactor: group.requiresSecondFactor ? 'yes' : '',
    canBeAskedFor: group.canBeAskedFor ? 'yes' : '',
    version: String(group.version),
  };
}
