import { z } from 'zod';
import { description, groupName } from '../../forms/fields.ts';
import { id, tags } from '../users/user-fields.ts';

const change = z
  .strictObject({
    name: groupName,
    description,
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
