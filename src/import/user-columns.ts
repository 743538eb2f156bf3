import { HEADS } from '../text/people/people-columns.ts';

/** What a column of imported users can mean, by its key in our exports: what the page calls it, and what else people do. */
export const USER_COLUMNS = {
  roster_id: { label: 'Roster id', called: ['roster id'] },
  name: {
    label: 'Name',
    called: ['name', ...HEADS.login],
  },
  email: {
    label: 'System email',
    called: HEADS.email,
  },
  activity: { label: 'Activity', called: ['activity', 'status', 'aktivitat'] },
  contact_email: { label: 'Linked contact email', called: ['contact_email', 'linked contact email', 'contact email'] },
  groups: {
    label: 'Groups',
    called: [...HEADS.groups, 'department', 'abteilung'],
  },
  groups_until: { label: 'Groups until', called: ['groups_until', 'groups until'] },
  tags: { label: 'Tags', called: HEADS.tags },
  starts: {
    label: 'Starts on',
    called: HEADS.startsAt,
  },
  leaves: {
    label: 'Leaves on',
    called: HEADS.leavesAt,
  },
  no_shared_data: {
    label: 'No shared data',
    called: ['no_shared_data', 'no shared data', 'keine gemeinsamen daten'],
  },
  api_only: { label: 'API-only', called: ['api_only', 'api-only'] },
  api_only_reason: { label: 'API-only reason', called: ['api_only_reason', 'api-only reason'] },
  api_only_owner: { label: 'API-only owner', called: ['api_only_owner', 'api-only owner'] },
  api_only_review: { label: 'Review date', called: ['api_only_review', 'review date'] },
  description: {
    label: 'Description',
    called: ['description', 'note', 'notes', 'beschreibung', 'bemerkung'],
  },
} as const;
