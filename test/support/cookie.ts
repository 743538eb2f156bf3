interface Answer {
  headers: { 'set-cookie'?: string | string[] } & Record<string, unknown>;
}

/** The whole line that sets the session cookie, if there is one. */
export function cookieLine(response: Answer, name = 'roster'): string | undefined {
  return [response.headers['set-cookie'] ?? []].flat().find((line) => line.startsWith(`${name}=`));
}

/** The value of the session cookie that an answer sets. */
export function cookieOf(response: Answer, name = 'roster'): string | undefined {
  return cookieLine(response, name)
    ?.slice(name.length + 1)
    .split(';')[0];
}
