/**
 * What users are filtered by. Activities and states are numbered as in their lists; `contact` is whose the linked one is;
 * `starts` and `leaves` are the days within which somebody does, in `leaves` with 0 for any moment, and 1 where
 * they are to lose what makes an administrator; `membership` is, of each with an end, twice its
 * group, and one more where it is over, and 0 for whoever has none that counts; `owner` is, of a program, under which number
 * whoever answers for it is held, and 0 for nobody.
 */
export const USER_FACETS = [
  'activity',
  'state',
  'tag',
  'group',
  'membership',
  'contact',
  'starts',
  'leaves',
  'owner',
] as const;
export type UserFacet = (typeof USER_FACETS)[number];
