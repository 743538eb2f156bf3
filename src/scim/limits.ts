/** In bytes, of a request. */
export const largestBody = ({ scimMegabytes }: { scimMegabytes: number }) => scimMegabytes * 1_048_576;
/** At once. */
export const MOST_OPERATIONS = 100;
/** On one page. */
export const MOST_RESULTS = 200;
export const USUAL_RESULTS = 100;
/** So many members all in all stand on one page of groups; then it holds fewer groups. */
export const MOST_MEMBERS = 20_000;
/** Of a group with more members than these, what a PATCH made of it is not told unless somebody asks (RFC 7644, section 3.5.2). */
export const MOST_ANSWERED = 1_000;
