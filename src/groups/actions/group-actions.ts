import type { GroupAction } from './group-action.ts';
import { GROUP_ACTIVATION } from './group-activation.ts';
import { GROUP_DEACTIVATION } from './group-deactivation.ts';
import { GROUP_DELETION } from './group-deletion.ts';

/** All that can be done to groups, in the order of the action bar. */
export const GROUP_ACTIONS: readonly GroupAction[] = [GROUP_DELETION, GROUP_ACTIVATION, GROUP_DEACTIVATION];
