import { z } from 'zod';
import { tags } from '../forms/fields.ts';
import { checkForm } from '../forms/form.ts';
import { counted, were } from '../text/text.ts';
import type { BulkAction, ChangingWords, Subjected } from '../verbs/action.ts';
import type { AskingAction } from './asking-action.ts';

/** How records of a kind are changed by the verb of their forms, as far as their tags go. */
type Changing<Subject extends Subjected> = (
  change: { tags: { add?: string[]; remove?: string[] } },
  words: ChangingWords<Subject>,
) => BulkAction<Subject>;

const oneTag = tags
  .refine((list) => list.length > 0, 'Enter a tag.')
  .refine((list) => list.length <= 1, 'One tag at a time.')
  .transform(([tag]) => tag);

const tagForm = z.object({ tag: oneTag });

/** An action that asks for one tag. */
function withTag<Subject extends Subjected>(
  name: string,
  label: string,
  chosen: (tag: string) => BulkAction<Subject>,
): AskingAction<Subject> {
  return {
    name,
    label,
    icon: 'tag',
    asks: [{ kind: 'tag', field: 'tag', label: 'Tag' }],
    check: (typed) => checkForm(tagForm, typed),
    chosen: async (_db, { tag }) => chosen(String(tag)),
  };
}

export function tagAddition<Subject extends Subjected>(
  noun: string,
  changing: Changing<Subject>,
): AskingAction<Subject> {
  return withTag('add-tag', 'Add tag', (tag) =>
    changing(
      { tags: { add: [tag] } },
      {
        name: 'add-tag',
        label: `Add the tag ${tag}`,
        icon: 'tag',
        bulk: {
          button: (number) => `Add ${tag} to ${counted(number, noun)}`,
          done: (number) => `${were(number, noun)} given the tag ${tag}.`,
          consequence: `They carry the tag ${tag}. Nothing else changes.`,
        },
        unchanged: 'has the tag already',
        was: () => 'did not have it',
      },
    ),
  );
}

export function tagRemoval<Subject extends Subjected>(
  noun: string,
  changing: Changing<Subject>,
): AskingAction<Subject> {
  return withTag('remove-tag', 'Remove tag', (tag) =>
    changing(
      { tags: { remove: [tag] } },
      {
        name: 'remove-tag',
        label: `Remove the tag ${tag}`,
        icon: 'tag',
        bulk: {
          button: (number) => `Remove ${tag} from ${counted(number, noun)}`,
          done: (number) => `The tag ${tag} was removed from ${counted(number, noun)}.`,
          consequence: `They do not carry the tag ${tag} any more. Nothing else changes.`,
        },
        unchanged: 'does not have the tag',
        was: () => 'had it',
      },
    ),
  );
}
