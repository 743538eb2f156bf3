import type { Icon } from '../text/icons.ts';

export interface PagerLink {
  id: string;
  label: string;
  rel: string;
  icon: Icon;
  /** Undefined at the end of the list. */
  path: string | undefined;
}

/** The two ways on from a page of a list. */
export function pagerLinks(previous: string | undefined, next: string | undefined): PagerLink[] {
  return [
    { id: 'previous-page', label: 'Previous', rel: 'prev', icon: 'chevron-left', path: previous },
    { id: 'next-page', label: 'Next', rel: 'next', icon: 'chevron-right', path: next },
  ];
}
