/** What the mail library reports. */
export interface SmtpError {
  message?: string;
  code?: string;
  /** What was being said when it went wrong: CONN, AUTH PLAIN, MAIL FROM, RCPT TO, DATA … */
  command?: string;
  response?: string;
  responseCode?: number;
}

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
  [({ code }) => code === 'EAUTH', 'The mail server refuses the user or the password in SMTP_URL.'],
  [({ command }) => command.startsWith('MAIL FROM'), 'The mail server refuses the sender in MAIL_FROM.'],
  [
    ({ message }) => /greeting never received/i.test(message),
    'The mail server says nothing: with smtps:// in SMTP_URL use its port for TLS, mostly 465.',
  ],
  [
    ({ code, message }) => code === 'ETIMEDOUT' || /timeout/i.test(message),
    'The mail server in SMTP_URL does not answer in time.',
  ],
];

/** In words that name the setting, before those of the server; those alone where nothing is to be set. */
export function mailTrouble(error: SmtpError): string {
  const { message = '', response = '', code = '', command = '', responseCode = 0 } = error;
  const said = response || message;
  const known = MEANINGS.find(([fits]) => fits({ message, response, code, command, responseCode }));
  // Those of the library for TLS are addresses in its memory and in its source.
  if (known && /SSL routines/.test(said)) return known[1];
  return known ? `${known[1]} (${said})` : said;
}
