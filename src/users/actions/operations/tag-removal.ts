import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { checkForm } from '../../../forms/form.ts';
import { counted } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';
import { changingAction } from './changing-action.ts';
import { tagChosen, tagForm } from './tag-addition.ts';

export const TAG_REMOVAL: AskingAction<Subject> = {
  name: 'remove-tag',
  label: 'Remove tag',
  icon: 'tag',
  asks: [{ kind: 'tag', field: 'tag', label: 'Tag' }],
  check: (typed) => checkForm(tagForm, typed),
  async chosen(_db, choices) {
    const tag = tagChosen(choices);
    return changingAction(
      { tags: { remove: [tag] } },
      {
        name: 'remove-tag',
        label: `Remove the tag ${tag}`,
        icon: 'tag',
        bulk: {
          button: (number) => `Remove ${tag} from ${counted(number, 'user')}`,
          done: (number) => `The tag ${tag} was removed from ${counted(number, 'user')}.`,
          consequence: `They do not carry the tag ${tag} any more. Nothing else changes.`,
        },
        unchanged: 'does not have the tag',
        was: () => 'had it',
      },
    );
  },
};
