import { tagAddition, tagRemoval } from '../../../bulk-operations/tag-actions.ts';
import { changingAction } from './changing-action.ts';

export const TAG_ADDITION = tagAddition('user', changingAction);
export const TAG_REMOVAL = tagRemoval('user', changingAction);
