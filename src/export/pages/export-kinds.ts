import { AUDIT_EXPORT } from '../../audit/pages/audit-export.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { CONTACT_EXPORT } from '../../contacts/contact-export.ts';
import type { ContactSources } from '../../contacts/contact-list.ts';
import { GROUP_EXPORT } from '../../groups/group-export.ts';
import type { GroupSources } from '../../groups/group-list.ts';
import { INVITATION_EXPORT } from '../../invitations/invitation-export.ts';
import type { InvitationSources } from '../../invitations/invitation-list.ts';
import { USER_EXPORT, type UserExportSources } from '../../users/list/user-export.ts';
import type { ExportKind, KindName } from '../exportable.ts';

/** What all kinds together are exported from. */
export type ExportSources = UserExportSources & GroupSources & ContactSources & InvitationSources;

export const EXPORT_KINDS: Record<KindName, ExportKind<ExportSources, ContactViewer>> = {
  users: USER_EXPORT,
  groups: GROUP_EXPORT,
  contacts: CONTACT_EXPORT,
  audit: AUDIT_EXPORT,
  invitations: INVITATION_EXPORT,
};
