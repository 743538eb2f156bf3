import type { SubjectType } from '../../bulk-operations/bulk-operation.ts';
import type { Icon } from '../../text/icons.ts';

/** Where somebody may want to go, or what they may want to do. */
export interface Destination {
  label: string;
  path: string;
  note?: string;
  icon?: Icon;
  user?: { id: number; name: string };
  /** Whether it is a page of one thing to do, which may stand in a dialog. */
  isDialog?: boolean;
  /** What is done at once, by sending this to the path: each field with its value, the last one by the button. */
  sends?: [name: string, value: string][];
  /** The beginning of what is to be typed on; the path leads to the same. */
  completes?: string;
  /** What it does to those that are ticked in a list, by the kind of these. */
  does?: { subjectType: SubjectType; action: string }[];
}
