import { describe, expect, it } from '@jest/globals';
import { searchedFor } from '../../src/text/people/addresses.ts';
import { identifiersIn, isTooLong, readPeople } from '../../src/text/people/people-list.ts';

const peopleOf = (text: string) => readPeople(text).people.map(({ name, email }) => [name, email]);
const MARIA = ['Maria Müller', 'maria@example.org'];
const TOM = ['Tom Schmidt', 'tom@example.org'];

describe('a pasted list of people', () => {
  it.each([
    ['one address', 'maria@example.org', [['', 'maria@example.org']]],
    ['an address in brackets', '<mailto:maria@example.org>', [['', 'maria@example.org']]],
    ['a mail program', 'Maria Müller <maria@example.org>, "Schmidt, Tom" <tom@example.org>', [MARIA, TOM]],
    ['Outlook', 'Müller, Maria <maria@example.org>; Schmidt, Tom <tom@example.org>;', [MARIA, TOM]],
    ['Outlook, one each line', 'Müller, Maria <maria@example.org>\r\nSchmidt, Tom <tom@example.org>\r\n', [MARIA, TOM]],
    ['the head of a mail', 'An: Maria Müller <maria@example.org>\nCc: Tom Schmidt <tom@example.org>', [MARIA, TOM]],
    [
      'mailboxes with nothing between them',
      'Maria Müller <maria@example.org> Tom Schmidt <tom@example.org>',
      [MARIA, TOM],
    ],
    ['a quote that nobody closed', '"Maria Müller <maria@example.org>, Tom Schmidt <tom@example.org>', [MARIA, TOM]],
    ['single quotes', "'Maria Müller' <maria@example.org>", [MARIA]],
    ['a name that is the address', '"maria@example.org" <maria@example.org>', [['', 'maria@example.org']]],
    ['the name behind it', 'maria@example.org (Maria Müller)\nTom Schmidt (IT) tom@example.org', [MARIA, TOM]],
    [
      'a title',
      'Müller, Dr. Maria <maria@example.org>; Tom Schmidt, M.Sc. <tom@example.org>',
      [['Dr. Maria Müller', MARIA[1]], TOM],
    ],
    ['a list with marks', '- Maria Müller maria@example.org\n2. Tom Schmidt: tom@example.org', [MARIA, TOM]],
    [
      'addresses in one line',
      'maria@example.org tom@example.org',
      [
        ['', MARIA[1]],
        ['', TOM[1]],
      ],
    ],
    [
      'a sentence',
      'Please invite maria@example.org and tom@example.org.',
      [
        ['', MARIA[1]],
        ['', TOM[1]],
      ],
    ],
    ['a dash between them', 'Maria Müller – maria@example.org\nTom Schmidt — tom@example.org', [MARIA, TOM]],
    [
      'the source of a page',
      '<li><a class="x" href="mailto:maria@example.org?subject=Hi">Maria Müller</a></li>\n<a href=mailto:tom@example.org>Tom Schmidt</a>',
      [MARIA, TOM],
    ],
    ['a sentence with one', 'Please invite maria@example.org', [['', MARIA[1]]]],
    ['a name above its address', 'Maria Müller\nmaria@example.org\n\nTom Schmidt\ntom@example.org', [MARIA, TOM]],
    [
      'a vCard',
      'BEGIN:VCARD\nN:Müller;Maria;;;\nEMAIL;TYPE=work:maria@example.org\nEND:VCARD\nBEGIN:VCARD\nFN:Tom Schmidt\nitem1.EMAIL:tom@example.org\nEND:VCARD',
      [MARIA, TOM],
    ],
    ['cells with tabs', 'Maria Müller\tmaria@example.org\nTom Schmidt\ttom@example.org', [MARIA, TOM]],
    ['cells with commas', 'Maria Müller, maria@example.org\nTom Schmidt, tom@example.org', [MARIA, TOM]],
    ['the address first', 'maria@example.org;Maria Müller\ntom@example.org;Tom Schmidt', [MARIA, TOM]],
    ['family names first', 'Müller;Maria;maria@example.org\nSchmidt;Tom;tom@example.org', [MARIA, TOM]],
    ['first names first', 'Maria;Müller;maria@example.org\nTom;Schmidt;tom@example.org', [MARIA, TOM]],
    ['a head line', 'Name,Email\n"Müller, Maria",maria@example.org\nTom Schmidt,tom@example.org', [MARIA, TOM]],
    [
      'a German head line',
      'Vorname;Name;E-Mail\nMaria;Müller;maria@example.org\nTom;Schmidt;tom@example.org',
      [MARIA, TOM],
    ],
    [
      'a head of an address book',
      'Given Name,Family Name,E-mail 1 - Value\nMaria,Müller,maria@example.org\nTom,Schmidt,tom@example.org',
      [MARIA, TOM],
    ],
    [
      'a mailbox in a cell',
      'Email\tTeam\nMaria Müller <maria@example.org>\tIT\n"Tom Schmidt" <tom@example.org>\tIT',
      [MARIA, TOM],
    ],
    [
      'a column under its head alone',
      'E-Mail\nmaria@example.org\ntom@example.org',
      [
        ['', MARIA[1]],
        ['', TOM[1]],
      ],
    ],
    [
      'brackets around addresses',
      'Maria Müller (maria@example.org) and Tom Schmidt [SMTP:tom@example.org]',
      [MARIA, TOM],
    ],
    ['quotes as they are set', '«Maria Müller» <maria@example.org>, “Tom Schmidt” ‹tom@example.org›', [MARIA, TOM]],
    ['names in one line', 'Maria Müller maria@example.org; Tom Schmidt tom@example.org', [MARIA, TOM]],
    ['names after addresses', 'maria@example.org, Maria Müller, tom@example.org, Tom Schmidt', [MARIA, TOM]],
    ['a list with letters', 'a) Maria Müller maria@example.org\n2: Tom Schmidt tom@example.org', [MARIA, TOM]],
    [
      'several parts behind a name',
      'Müller, Maria, Dr. <maria@example.org>\nTom Schmidt <tom@example.org>',
      [MARIA, TOM],
    ],
    [
      'marks that nobody sees',
      '\u200fMaria Müller\u200e <\u202amaria@example.org\u202c>\n\u2066Tom\u00a0Schmidt\u2069\ttom@\0example.org',
      [MARIA, TOM],
    ],
    [
      'a table in notes',
      '| Name | Email |\n|---|:-:|\n| Maria Müller | maria@example.org |\n| Tom Schmidt | tom@example.org |',
      [MARIA, TOM],
    ],
    [
      'a title above its heads',
      'New in May\n\nName;E-Mail\nMaria Müller;maria@example.org\nTom Schmidt;tom@example.org',
      [MARIA, TOM],
    ],
    [
      'heads with remarks',
      'Nr.\tName, Vorname\tE-Mail (dienstlich)\n1\tMüller, Maria\tmaria@example.org\n2\tSchmidt, Tom\ttom@example.org',
      [MARIA, TOM],
    ],
    [
      'heads that are written below each other',
      '"Name\n(in full)"\t"E-Mail\naddress"\nMaria Müller\tmaria@example.org\nTom Schmidt\ttom@example.org',
      [MARIA, TOM],
    ],
    [
      'heads that nobody knows',
      'Wer\tWo\nMaria Müller\tmaria@example.org\nTom Schmidt\ttom@example.org\nMaria Müller\tmaria@example.org',
      [MARIA, TOM],
    ],
    [
      'lines of a head that were folded',
      'To:\n\tMaria Müller <maria@example.org>,\n\tTom Schmidt <tom@example.org>',
      [MARIA, TOM],
    ],
    [
      'addresses in other letters',
      'user@пример.рф\n用户@例子.公司',
      [
        ['', 'user@пример.рф'],
        ['', '用户@例子.公司'],
      ],
    ],
    [
      'a quote in a cell that nobody closed',
      'Name;Email\n"Maria Müller;maria@example.org\nTom Schmidt;tom@example.org',
      [MARIA, TOM],
    ],
  ])('is understood as %s', (_, text, people) => {
    expect(peopleOf(text)).toEqual(people);
  });

  it('has groups, tags, sign-in names and ends where a column is called so', () => {
    const head = 'Benutzername\tE-Mail\tGruppen\tSchlagworte\tgültig bis';
    const { people } = readPeople(
      `${head}\nmaria\tmaria@example.org\tSupport, Sales\tBerlin\t31.3.2027\n\ttom@example.org\t\t\tsoon`,
    );
    expect(people).toEqual([
      {
        line: 2,
        name: '',
        email: MARIA[1],
        login: 'maria',
        groups: ['Support', 'Sales'],
        tags: ['Berlin'],
        startsAt: '',
        leavesAt: '2027-03-31',
      },
      { line: 3, name: '', email: TOM[1], login: '', groups: [], tags: [], startsAt: '', leavesAt: 'soon' },
    ]);
  });

  it('says where a group was only guessed', () => {
    const guessed = readPeople('Maria Müller;maria@example.org;Support\nTom Schmidt;tom@example.org;Floor 2');
    expect([guessed.isGuessed, guessed.people.map(({ groups }) => groups)]).toEqual([true, [['Support'], ['Floor 2']]]);
    expect(readPeople('Email;Group\nmaria@example.org;Support').isGuessed).toBe(false);
  });

  it('keeps what is no whole address, to be corrected, and whoever has none', () => {
    expect(peopleOf('maria@example\ntom@@example.org')).toEqual([
      ['', 'maria@example'],
      ['', 'tom@@example.org'],
    ]);
    expect(peopleOf('Name;Email\nMaria Müller;\n;')).toEqual([['Maria Müller', '']]);
  });

  it('names the lines that it does not understand, and who stands in it twice', () => {
    const { people, puzzling } = readPeople('Hello,\nmaria@example.org\n\nMARIA@example.org\nAnna Berg\ntom@\n');
    expect(people).toHaveLength(1);
    expect(puzzling).toEqual([
      { line: 1, text: 'Hello,', reason: 'There is no email address in it.' },
      { line: 4, text: 'MARIA@example.org', reason: 'Stands in line 2 already.' },
      { line: 5, text: 'Anna Berg', reason: 'There is no email address in it.' },
      { line: 6, text: 'tom@', reason: 'There is no whole email address in it.' },
    ]);
  });

  it('drops nobody in silence: who stands among others without an address is named', () => {
    expect(readPeople('Maria Müller </o=Labs/cn=maria>; Tom Schmidt <tom@example.org>').puzzling).toEqual([
      { line: 1, text: 'Maria Müller', reason: 'There is no email address in it.' },
    ]);
    expect(readPeople('New\nName;E-Mail\nMaria;maria@example.org\n;\nTom;tom@example.org').puzzling).toEqual([
      { line: 1, text: 'New', reason: 'There is no email address in it.' },
    ]);
  });

  it('has days as people write them', () => {
    const { people } = readPeople('Name;E-Mail;Eintritt;Austritt\nMaria;maria@example.org;1.5.27;31.12.2027, 18:00\n');
    expect(people.map(({ line, startsAt, leavesAt }) => [line, startsAt, leavesAt])).toEqual([
      [2, '2027-05-01', '2027-12-31 18:00'],
    ]);
  });

  it('is bounded before it is read', () => {
    expect(isTooLong('maria@example.org\n'.repeat(1_000))).toBe(false);
    for (const text of ['ü'.repeat(100_001), '@'.repeat(3_001), '\n'.repeat(5_001)]) expect(isTooLong(text)).toBe(true);
  });

  it('is read in a time that grows with its length, whatever stands in it', () => {
    const long = [
      ...[
        '<',
        '>',
        '"',
        "'",
        '(',
        '@',
        '.',
        ',',
        ';',
        ':',
        '\t',
        ' ',
        '- ',
        '> ',
        '[(',
        '"<',
        '@<',
        '|',
        '(a@',
        'a (',
        ' and ',
        '|-',
        '«',
      ].map((one) => one.repeat(100_000)),
      `${'x'.repeat(200_000)}@`,
      `a@b${'.'.repeat(200_000)}x`,
      `a:${'@'.repeat(100_000)} x`,
      `a${' '.repeat(200_000)}@`,
      `name;email\n${'a;"b\n'.repeat(30_000)}`,
    ];
    for (const text of long) {
      readPeople(text);
      identifiersIn(text);
      searchedFor(text);
    }
    expect(readPeople('<'.repeat(100_000)).people).toEqual([]);
  });

  it('is a table with strokes between its cells as well, whose lines are those in which they begin', () => {
    const read = (text: string) => readPeople(text).people.map(({ line, name, groups }) => [line, name, ...groups]);
    const rows = 'Maria Müller | maria@example.org | Support\nTom | tom@example.org | Sales';
    expect(read(`Name | E-Mail | Group\n${rows}`)).toEqual([
      [2, 'Maria Müller', 'Support'],
      [3, 'Tom', 'Sales'],
    ]);
    expect(read(rows)).toEqual([
      [1, 'Maria Müller', 'Support'],
      [2, 'Tom', 'Sales'],
    ]);
    expect(read('Name;E-Mail\r\n"Maria\r\nMüller";maria@example.org\r\nTom;tom@example.org')).toEqual([
      [2, 'Maria Müller'],
      [4, 'Tom'],
    ]);
  });

  it('names those who are there already by name, address or number', () => {
    expect(identifiersIn('BOB\nErin <erin@example.com>; nobody, no@where.example\n\n#17\tBOB')).toEqual([
      ...['BOB', 'erin@example.com', 'nobody', 'no@where.example', '#17'],
    ]);
    expect(identifiersIn('Schmidt, Bob <bob@example.com>; bob')).toEqual(['bob@example.com', 'bob']);
  });

  it('is searched for by the address where it is one mailbox', () => {
    expect(searchedFor('Müller, Maria <maria@example.org>;')).toBe('maria@example.org');
    for (const text of [
      'mailto:maria@example.org?subject=Hello',
      "'maria@example.org'",
      'Maria Müller [mailto:maria@example.org]',
      'Maria Müller (maria@example.org)',
      'maria@example.org (Maria Müller)',
    ])
      expect(searchedFor(text)).toBe('maria@example.org');
    for (const text of ['maria', 'Müller, Maria', 'a <b>', 'A <a@x.de>, B <b@x.de>'])
      expect(searchedFor(text)).toBe(text);
  });
});

describe('the columns of a pasted table of which nothing is read', () => {
  it.each([
    ['are called by their heads', 'No\tEmail\tShoe size\n1\tmaria@example.org\t39', ['No', 'Shoe size']],
    ['are none without values', 'Email,Phone,\nmaria@example.org,,', []],
    ['are those with a head that another has', 'Email;Email\nmaria@example.org;m@example.org', ['Email']],
    [
      'are called as they begin, where they have no heads',
      'Maria\tmaria@example.org\tIT\t39\nTom\ttom@example.org\tHR\t44',
      ['“39” …'],
    ],
    ['are none of what is no table', 'Maria Müller <maria@example.org>', []],
  ])('%s', (_, text, unread) => {
    expect(readPeople(text).unread).toEqual(unread);
  });
});
