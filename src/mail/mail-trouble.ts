/** What the mail library reports. */
export interface SmtpError {
  message?: string;
  code?: string;
  /** What was being said when it went wrong: CONN, AUTH PLAIN, MAIL FROM, RCPT TO, DATA … */
  command?: string;
  response?: string;
  responseCode?: number;
}

/** In the words of the library. */
const CLOSED = /connection was closed|connection closed unexpectedly|socket disconnected before/i;

/** What each means for whoever has set up the mail server, with the setting to look at. */
const MEANINGS: [(error: Required<SmtpError>) => boolean, string][] = [
  [
    ({ message }) => /wrong version number|packet length too long|unknown protocol/i.test(message),
    'The mail server does not speak TLS on this port: use smtp:// in SMTP_URL, or another port.',
  ],
  [
    ({ message }) => /altname|host.*(not in|does not match).*cert/i.test(message),
    'The certificate of the mail server is for another name: use that name in SMTP_URL.',
  ],
  [
    ({ message }) => /certificate|self-signed|self signed/i.test(message),
    'The certificate of the mail server is not trusted: name its authority with NODE_EXTRA_CA_CERTS, or use the name that it is for in SMTP_URL.',
  ],
  [({ code, message }) => code === 'EDNS' || /ENOTFOUND|EAI_AGAIN/.test(message), 'The host in SMTP_URL is not found.'],
  [({ message }) => /ECONNREFUSED/.test(message), 'Nothing takes mail at the host and port in SMTP_URL.'],
  [
    ({ command, responseCode }) => command === 'STARTTLS' && responseCode !== 0,
    'The mail server does not change to TLS, as SMTP_URL demands or as it says that it does.',
  ],
  [isSignInMissing, 'The mail server wants a user and a password, and SMTP_URL names none that it takes.'],
  [isRelayRefused, 'The mail server takes mail for its own people alone: name a user and a password in SMTP_URL.'],
  [
    ({ code, responseCode }) => code === 'EAUTH' && !isForNow(responseCode),
    'The mail server refuses the user or the password in SMTP_URL.',
  ],
  [
    ({ command, responseCode }) => command.startsWith('MAIL FROM') && responseCode >= 500,
    'The mail server refuses the sender in MAIL_FROM.',
  ],
  [
    ({ message }) => CLOSED.test(message),
    'The mail server closed the connection before it said that it took the mail.',
  ],
  [
    ({ message }) => /greeting never received/i.test(message),
    'The mail server says nothing: with smtps:// in SMTP_URL use its port for TLS, mostly 465.',
  ],
  [
    ({ code, message }) => code === 'ETIMEDOUT' || /timeout/i.test(message),
    'The mail server in SMTP_URL does not answer in time.',
  ],
];

/** Whether the answer is none about a mail or its recipient, whenever it came: how Roster signs in is to be mended. */
export function isOfSetup(error: SmtpError): boolean {
  return isSignInMissing(error) || isRelayRefused(error);
}

/** By the code for it (RFC 4954), which some servers keep until they hear the recipient. */
function isSignInMissing({ code, responseCode }: SmtpError): boolean {
  return responseCode === 530 && code !== 'EAUTH';
}

/** It has no code of its own. */
function isRelayRefused({ response = '', responseCode = 0 }: SmtpError): boolean {
  return responseCode >= 500 && /\brelay(ing)?\b/i.test(response);
}

function isForNow(responseCode: number): boolean {
  return responseCode >= 400 && responseCode < 500;
}

/** In words that name the setting, before those of the server; those alone where nothing is to be set. */
export function mailTrouble(error: SmtpError): string {
  const { message = '', response = '', code = '', command = '', responseCode = 0 } = error;
  const said = response || message;
  const known = MEANINGS.find(([fits]) => fits({ message, response, code, command, responseCode }));
  // Those of the library are no help here; for TLS they are addresses in its memory and in its source.
  if (known && (/SSL routines/.test(said) || CLOSED.test(said))) return known[1];
  return known ? `${known[1]} (${said})` : said;
}
