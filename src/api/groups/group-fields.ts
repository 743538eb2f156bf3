import { z } from 'zod';
import { optional, shownName } from '../../forms/fields.ts';
import { id, tags } from '../users/user-fields.ts';

const change = z
  .strictObject({
    name: shownName(100, 'A group’s name has at most 100 characters.'),
    description: optional(5000, 'At most 5,000 characters.'),
    tags,
    requiresSecondFactor: z.boolean().describe('Whether its members have to have a second factor.'),
    canBeAskedFor: z.boolean().describe('Whether everybody who signs in sees it and may ask for it.'),
  })
  .partial();
export const GROUP_CHANGE = change
  .extend({ leaderId: id.nullable().optional().describe('One of its members, or nobody.') })
  .meta({ id: 'GroupChange' });

export const NEW_GROUP = change
  .extend({ leaderId: id.optional().describe('Becomes its first member.') })
  .required({ name: true })
  .meta({ id: 'NewGroup' });
