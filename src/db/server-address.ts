/** Scheme, who signs in, servers with commas between them, database, options. */
const FORM = /^(postgres(?:ql)?:\/\/)([^/?]*@)?([^/?@]*)(\/[^?]*)?(\?.*)?$/;

/** Whether this names a database on a server, or on one of several, as `postgres://user:password@one:5432,other:5432/roster`. */
export function isServerAddress(text: string): boolean {
  return FORM.test(text) && addressesOf(text).every((address) => URL.canParse(address));
}

/** One address for each of the servers, in the order in which they are named. */
export function addressesOf(text: string): string[] {
  const [, scheme, user = '', servers, database = '', options = ''] = FORM.exec(text)!;
  return servers.split(',').map((server) => scheme + user + server + database + options);
}

/** Servers and database, without who signs in. */
export function nameOfAddress(text: string): string {
  const [, , , servers, database = ''] = FORM.exec(text)!;
  return servers + database;
}

export function withoutPassword(text: string): string {
  const [, scheme, user = '', servers, database = '', options = ''] = FORM.exec(text)!;
  return scheme + user.replace(/:.*@$/, ':…@') + servers + database + options;
}
