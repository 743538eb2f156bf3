import { reported } from '../../../bulk-operations/reported-action.ts';
import { counted, were } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';

export const FORM_SAVING = [
  reported<Subject>('edit', 'Edit', 'pencil', (number) => `${were(number, 'user')} edited.`),
  reported<Subject>('apply', 'Apply a file', 'upload', (number) => `${were(number, 'user')} made as a file says.`),
  reported<Subject>('create', 'New user', 'person-add', (number) => `${counted(number, 'user')} created.`),
];
