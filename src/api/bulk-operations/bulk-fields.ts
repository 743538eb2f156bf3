import { z } from 'zod';
import { SUBJECT_TYPES } from '../../bulk-operations/bulk-operation.ts';
import { startBy } from '../../forms/moments.ts';
import { format } from '../../text/format.ts';
import { RECORD_ID } from '../../text/record-id.ts';

/** In an address. */
export const number = z.string().regex(RECORD_ID, 'It is a number.');

export const NEW_OPERATION = z
  .strictObject({
    on: z.enum(SUBJECT_TYPES.map((type) => `${type}s` as const)),
    action: z.string().min(1).max(100).describe('Such as `deactivate`, `add-to-group`, `set-permission`.'),
    ids: z.array(z.int().positive().max(999_999_999_999_999)).min(1).optional(),
    view: z
      .string()
      .max(5_000)
      .optional()
      .describe(
        'In the place of ids: what the list takes after the question mark, and all that it means now. All that the list shows are `/users`; what is empty is refused.',
      ),
    values: z
      .record(z.string(), z.union([z.string().max(5_000), z.number(), z.null()]))
      .optional()
      .describe('What the action asks besides: `{"group": 3, "untilAt": "2027-01-31T17:00:00Z"}`.'),
  })
  .refine(({ ids, view }) => (ids === undefined) !== (view === undefined), {
    path: ['ids'],
    error: 'Say whom: either ids or a view.',
  })
  .meta({ id: 'NewOperation' });

export const SCHEDULE = z
  .strictObject({
    dueAt: startBy(format)
      .refine((moment) => moment !== null, 'Say when it is to be done.')
      .describe('A moment to the minute, with its zone; a day alone is meant from its beginning in UTC.'),
  })
  .meta({ id: 'Schedule' });
