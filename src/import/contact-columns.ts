/** What a column of imported contacts can mean, by its key in our exports. */
export const CONTACT_COLUMNS = {
  roster_id: { label: 'Roster id', called: ['roster id'] },
  kind: { label: 'Kind', called: ['kind', 'type', 'art'] },
  name: { label: 'Name', called: ['name', 'contact', 'kontakt', 'full name', 'display name'] },
  emails: { label: 'Emails', called: ['emails', 'email', 'e-mail', 'mail', 'email address', 'e-mail-adresse'] },
  phones: { label: 'Phones', called: ['phones', 'phone', 'telephone', 'telefon', 'mobile', 'mobil'] },
  address: { label: 'Address', called: ['address', 'adresse', 'anschrift'] },
  position: { label: 'Position', called: ['position', 'job title', 'title', 'funktion'] },
  company: { label: 'Company', called: ['company', 'firma', 'organisation', 'organization'] },
  accounts: { label: 'Accounts', called: ['accounts', 'account'] },
  tags: { label: 'Tags', called: ['tags', 'tag', 'schlagworte', 'labels'] },
  description: { label: 'Description', called: ['description', 'note', 'notes', 'beschreibung', 'bemerkung'] },
  activity: { label: 'Activity', called: ['activity'] },
} as const;
