import { z } from 'zod';
import type { AskingAction, Choices } from '../../../bulk-operations/asking-action.ts';
import { tags } from '../../../forms/fields.ts';
import { checkForm } from '../../../forms/form.ts';
import { counted, were } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';
import { changingAction } from './changing-action.ts';

const oneTag = tags
  .refine((list) => list.length > 0, 'Enter a tag.')
  .refine((list) => list.length <= 1, 'One tag at a time.')
  .transform(([tag]) => tag);

export const tagForm = z.object({ tag: oneTag });

export const tagChosen = (choices: Choices) => String(choices.tag);

export const TAG_ADDITION: AskingAction<Subject> = {
  name: 'add-tag',
  label: 'Add tag',
  icon: 'tag',
  asks: [{ kind: 'tag', field: 'tag', label: 'Tag' }],
  check: (typed) => checkForm(tagForm, typed),
  async chosen(_db, choices) {
    const tag = tagChosen(choices);
    return changingAction(
      { tags: { add: [tag] } },
      {
        name: 'add-tag',
        label: `Add the tag ${tag}`,
        icon: 'tag',
        bulk: {
          button: (number) => `Add ${tag} to ${counted(number, 'user')}`,
          done: (number) => `${were(number, 'user')} given the tag ${tag}.`,
          consequence: `They carry the tag ${tag}. Nothing else changes.`,
        },
        unchanged: 'has the tag already',
        was: () => 'did not have it',
      },
    );
  },
};
