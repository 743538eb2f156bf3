/** What Roster has to withstand, by its number, which the titles of tests name. */
export interface Requirement {
  number: number;
  /** What must hold, whoever tries otherwise. */
  demand: string;
  /** Where no test can name it: what it waits for, or the decision record by which it does not apply. */
  without?: string;
}

export interface RequirementGroup {
  title: string;
  requirements: Requirement[];
}

export const REQUIREMENTS: RequirementGroup[] = [
  group('Passwords', {
    1: 'A password has at least 15 characters, or 8 beside a second factor; a shorter one is refused with the reason.',
    2: 'A password of 64, 72 or 128 characters counts to its last character, whatever its letters are.',
    3: 'Nothing is asked of how a password is composed.',
    4: 'Well-known passwords are refused, by a list that needs no network.',
    5: 'A password of one’s own name, address or the name of the house, with digits or without, is refused.',
    6: 'A password typed on another keyboard, in another composition of the same letters, is the same.',
    7: 'A new password takes the current one; a wrong one counts as a failed sign-in.',
    8: 'No password ends by its age; one that an administrator takes for known to others is renewed at the next sign-in.',
    9: 'Password fields hide what is typed, take what is pasted, and tell a password manager what they are for.',
    10: 'A password of a megabyte is refused at once, without a hash.',
    11: 'The database holds slow, salted hashes that say how they were made; a raised cost takes effect at the next sign-in.',
    12: 'A NUL in a password never cuts it short.',
    13: 'There are no hints and no questions.',
    14: 'A fresh installation has no account; the first administrator comes by a one-time token or by settings.',
  }),
  group('Sign-in, lockout, enumeration', {
    15: 'After the allowed failures the right password is refused as well, until the wait is over.',
    16: 'A thousand guesses at once are no more comparisons than the lock allows; each wait is longer, and in the end only a link, an administrator or the command line opens the account.',
    17: 'Twenty right passwords at once are twenty sign-ins.',
    18: 'Every spelling of a name or address counts for the same account.',
    19: 'Every place that takes a password or a code counts together, and each honours the lock.',
    20: 'Headers and fields that a client makes up change no limit.',
    21: 'Who was locked out by another is let in by a link; the last administrator by the command line.',
    22: 'Failures during a lock make it no longer.',
    23: 'The right password begins the count anew; counts and locks outlive the process.',
    24: 'Unknown, wrong, locked, deactivated, not yet set up and API-only are told apart by nothing in the answer.',
    25: 'Nor by the time: each costs exactly one hash.',
    26: 'Nor by asking for a link, by an invitation, or by a code.',
    27: 'A sign-in after failures, a new password and a new address are told by mail, at the old address too.',
    28: 'An API-only user signs in nowhere in a browser, whatever password is known.',
    29: 'A code of an authenticator is taken once, in its own half minute, and wrong ones count as failed sign-ins.',
    30: 'A recovery code is taken once, and only its hash is kept.',
  }),
  group('Invitations and resets', {
    31: 'A link is opaque and random, and the database has only its hash.',
    32: 'Fifty uses of one link at once are one password.',
    33: 'Opening a link does not use it up.',
    34: 'A link ends by time, by withdrawal and by its successor.',
    35: 'A link serves the purpose for which it was made, and no other.',
    36: 'A form behind a link changes nothing but what it is for.',
    37: 'Whoever is invited comes into the groups that were given then by somebody who might; the sheet of a deactivation names the invitations that somebody has open.',
    38: 'Links lead where the settings say, whatever a request claims; an unknown host is refused.',
    39: 'A field that comes twice, as a list or as an object is refused.',
    40: 'A mail goes to the stored address, letter by letter, never to one that only looks like it.',
    41: 'No step of a sign-in or a reset can be left out.',
    42: 'A reset signs nobody in, ends all sessions, leaves the second factor, and is told by mail.',
    43: 'An administrator mails a link, and neither sees nor chooses another’s password.',
    44: 'One address gets at most three resets an hour, and the answer is always the same.',
    45: 'A page behind a link tells nobody else its address, and no log holds it.',
    46: 'No name and no address adds a header or a recipient to a mail.',
  }),
  group('Sessions and tokens', {
    47: 'Each sign-in, step and sign-out gives a session a new id, and the old one is dead.',
    48: 'An invented session is never taken up.',
    49: 'Cookies are out of reach of scripts and other sites, and secure where the address is.',
    50: 'A session ends when it is idle, and after a day at the latest.',
    51: 'After a deactivation or deletion no request that begins is answered.',
    52: 'A new password ends the other sessions, and gives this one a new id.',
    53: 'Everybody sees and ends their own sessions; an administrator those of others.',
    54: 'An address, a factor, rights and exports take a password of the last five minutes.',
    55: 'Sessions and tokens are kept as hashes, and shown once.',
    56: 'A token in an address is refused, and not logged.',
    57: 'A token means the same however it is sent, or is refused.',
    58: 'A token loses a right in the moment in which its user does.',
  }),
  group('Authorisation, bulk, the last administrator', {
    59: 'Every route is in one table with who may use it on whom, and a route that is not fails the tests.',
    60: 'A field that a form does not have changes nothing.',
    61: 'Nobody with fewer rights edits, resets or demotes somebody with more, alone or among many.',
    62: 'Nobody gives or takes what they do not hold; an empty list takes nothing.',
    63: 'There is always an administrator, also when two remove one another.',
    64: 'Of many, those who may not be changed are left out and named, and every change has its item and its event.',
    65: 'What is sent twice is done once.',
    66: 'What is done to all of a view is done to what was shown, or the difference is told.',
    67: 'A form that is older than what it changes is refused.',
  }),
  group('Web, input, output', {
    68: 'A form from elsewhere is refused; one whose token died comes again with what was typed.',
    69: 'Looking changes nothing.',
    70: 'No text that anybody typed runs as a script.',
    71: 'Every answer forbids scripts and frames from elsewhere, and is kept nowhere.',
    72: 'An exported cell never begins a formula, and comes back as it was.',
    73: 'No field, filter or order reaches the database as a statement.',
    74: 'After a sign-in one stays here, whatever the address asks.',
    75: 'Ten thousand malformed requests give no error of the server.',
    76: 'A file that is too large, has too many lines or is no table is refused at the limit, with nothing half done.',
  }),
  group('Audit, configuration, provisioning', {
    77: 'Each change and each refusal to somebody signed in is one event, in the same transaction.',
    78: 'No log, event or mail holds a password, a token or a session, and no name forges a line.',
    79: 'An event cannot be changed or deleted, and a forged one is named.',
    80: 'A provisioner obeys the same rules, and takes up nobody who was here before.',
  }),
  group('Found by attacking Roster', {
    81: 'Every field is bounded before anything is done with it, and no stranger’s request holds up others.',
    82: 'Registered applications that somebody grants to themself shield nobody from administration.',
    83: 'The command line is refused nothing for want of rights.',
    84: 'Who may not administer somebody neither sees, makes nor ends their links.',
    85: 'To delete and restore around a link gains nothing that its maker could not have given.',
    86: 'Whatever is told of somebody anywhere is told only to who may read it on the record.',
    87: 'Requests without end leave bounded rows behind.',
    88: 'A name like `constructor` is a name, wherever it comes from outside.',
    89: 'Who was deactivated, weakened or signed out a moment before does nothing any more.',
    90: 'A form acts on what it shows, in whichever tab and whoever is signed in.',
    91: 'An error shows and logs no value of a statement, and no secret.',
    92: 'Repetitions, sequences, walks over the keyboard and doubled words are refused with the reason.',
  }),
];

function group(title: string, demands: Record<number, string | [demand: string, without: string]>): RequirementGroup {
  const requirements = Object.entries(demands).map(([number, said]) => {
    const [demand, without] = [said].flat();
    return { number: Number(number), demand, without };
  });
  return { title, requirements };
}
