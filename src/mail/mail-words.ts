import { counted, grouped } from '../text/text.ts';
import type { DueMail, MailFacts, MailKind } from './mail.ts';
import { type Message, type Place, type Words, wordsFor } from './message.ts';

/** What the mail says. `address` is where its link leads, for the kinds that have one. */
export function writeMessage(mail: DueMail, place: Place, address = ''): Message {
  const isNamed = mail.kind !== 'invitation' || mail.isNameVouchedFor;
  const greeting = isNamed ? `Hello ${mail.userName},` : 'Hello,';
  return { greeting, ...WRITERS[mail.kind]({ ...mail, words: wordsFor(mail) }, place, address) };
}

type Writer = (mail: DueMail & { words: Words }, place: Place, address: string) => Omit<Message, 'greeting'>;

const WRITERS: Record<MailKind, Writer> = {
  invitation: (mail, { instanceName }, address) => ({
    subject: `Your invitation to ${instanceName}`,
    paragraphs: [
      `${mail.facts.by || 'An administrator'} invites you to ${instanceName}. ${mail.isNameVouchedFor ? `You sign in as ${mail.userName}, or with ${mail.userEmail}.` : 'You sign in with the address to which this mail came.'}`,
      'Begin by choosing your password. Nobody else gets to see it.',
    ],
    button: { label: 'Choose a password', address },
    closing: [
      `The link works once, until ${mail.words.moment(mail.link?.expiresAt)}.`,
      'If you do not expect an invitation, leave this mail alone: without the link nothing happens.',
    ],
  }),
  'password-reset': (mail, { instanceName }, address) => ({
    subject: `Choose a new password for ${instanceName}`,
    paragraphs: [
      mail.facts.by
        ? `${mail.facts.by} sends you a link to choose a new password for ${instanceName}.`
        : `Somebody, probably you, has asked for a new password for ${mail.userName} at ${instanceName}.`,
    ],
    button: { label: 'Choose a new password', address },
    closing: [
      `The link works once, until ${mail.words.moment(mail.link?.expiresAt)}. All open sessions end with it.`,
      'If you did not ask for it, leave this mail alone: your password stays as it is.',
    ],
  }),
  'account-locked': (mail, { instanceName }) => ({
    subject: `Your account at ${instanceName} is locked`,
    paragraphs: [
      `After ${mail.facts.attempts} failed sign-ins as ${mail.userName}, the last at ${mail.words.moment(mail.createdAt)}${whence(mail)}, the account is locked ${mail.facts.until ? `until ${mail.words.moment(mail.facts.until)}` : 'until you choose a new password or an administrator opens it'}.`,
      mail.facts.counter === 'account'
        ? 'Nobody got in. What you have open stays open, and a browser in which you signed in before still lets you in.'
        : 'This concerns a browser in which you signed in before. Nobody got in, and what you have open stays open.',
    ],
    closing: ['If this was you, wait, or choose a new password by “Forgot password?” on the sign-in page.'],
  }),
  'signed-in-after-failures': (mail, { instanceName }) => ({
    subject: `A sign-in to ${instanceName} after failed ones`,
    paragraphs: [
      `${mail.userName} was signed in at ${instanceName} at ${mail.words.moment(mail.createdAt)}${whence(mail)}. Before that, ${counted(Number(mail.facts.attempts), 'sign-in')} had failed.`,
    ],
    closing: [
      ...(mail.facts.newBrowser ? [`The browser, ${mail.facts.newBrowser}, was not known before.`] : []),
      'If all of these were you, there is nothing to do.',
      NOT_YOU,
    ],
  }),
  'signed-in-on-new-device': (mail, { instanceName }) => ({
    subject: `A sign-in to ${instanceName} on a new device`,
    paragraphs: [
      `${mail.userName} was signed in at ${instanceName} at ${mail.words.moment(mail.createdAt)}${whence(mail)}, in a browser that was not known before: ${mail.facts.newBrowser}.`,
    ],
    closing: ['If it was you, there is nothing to do.', NOT_YOU],
  }),
  'password-changed': (mail, { instanceName }) => ({
    subject: `Your password at ${instanceName} was changed`,
    paragraphs: [
      `The password of ${mail.userName} at ${instanceName} was changed at ${mail.words.moment(mail.createdAt)}${whence(mail)}.`,
    ],
    closing: [NOT_YOU],
  }),
  'email-change': (mail, { instanceName }, address) => ({
    subject: `Confirm your email for ${instanceName}`,
    paragraphs: [
      `${mail.userName} wants to use this address at ${instanceName} instead of ${mail.userEmail}. It becomes theirs when this is confirmed.`,
    ],
    button: { label: 'Confirm this address', address },
    closing: [
      `The link works once, until ${mail.words.moment(mail.facts.expiresAt)}.`,
      'If you do not know of it, leave this mail alone: without the link nothing happens.',
    ],
  }),
  'email-changed': (mail, { instanceName }) => ({
    subject: `Your email address at ${instanceName} was changed`,
    paragraphs: [
      `The system email of ${mail.userName} at ${instanceName} was changed from ${mail.facts.before} to ${mail.facts.after} at ${mail.words.moment(mail.createdAt)} by ${mail.facts.by}.`,
      'Mails go to the new address from now on, and it signs in instead of the old one.',
    ],
    closing: ['If you did not expect this, tell an administrator.'],
  }),
  'second-factor-changed': (mail, { instanceName }) => ({
    subject: `The second factor of your account at ${instanceName} changed`,
    paragraphs: [
      `${FACTOR_CHANGES[mail.facts.what]} of ${mail.userName} at ${instanceName}, at ${mail.words.moment(mail.createdAt)} by ${mail.facts.by}.`,
    ],
    closing: [NOT_YOU],
  }),
  'account-secured': (mail, { instanceName }) => ({
    subject: `Your account at ${instanceName} was secured`,
    paragraphs: [
      `The account of ${mail.userName} at ${instanceName} was secured at ${mail.words.moment(mail.createdAt)} by ${mail.facts.by}: every session and link has ended, and the password is void.`,
      'To get in again, choose a new password by “Forgot password?” on the sign-in page, or ask an administrator for a link.',
    ],
    closing: [],
  }),
  'account-reported': (mail, { instanceName, baseUrl }) => ({
    subject: `${mail.facts.who} reports a sign-in at ${instanceName} that was not theirs`,
    paragraphs: [
      `At ${mail.words.moment(mail.createdAt)}, from ${mail.facts.from}, ${mail.facts.who} (${mail.facts.email}) said that somebody else used their account at ${instanceName}. Their sessions and links have ended, and the password is void.`,
      'Look at what was done in their name, and whether the email that stands there is theirs.',
    ],
    button: { label: 'Look at the record', address: `${baseUrl}/users/${mail.facts.id}` },
    closing: [],
  }),
  'invitation-asked-for': (mail, { instanceName, baseUrl }) => ({
    subject: `${mail.facts.who} waits for a new invitation to ${instanceName}`,
    paragraphs: [
      `The invitation that you sent to ${mail.facts.who} (${mail.facts.email}) has expired, and at ${mail.words.moment(mail.createdAt)} somebody who has its link asked for a new one.`,
    ],
    button: { label: 'Open Roster', address: baseUrl },
    closing: ['Reinvite them there if they are still to come in; else do nothing.'],
  }),
  'operation-paused': ({ facts, createdAt, words }, { instanceName, baseUrl }) => ({
    subject: `An operation at ${instanceName} is paused`,
    paragraphs: [
      `“${facts.label}”, begun by ${facts.begunBy || 'the command line'}, was paused at ${words.moment(createdAt)} after ${grouped(Number(facts.done))} of ${grouped(Number(facts.size))}: ${facts.why}.`,
      'What is done stays. The rest waits until somebody who might do it to all who are left goes on with it, or cancels it; where whoever began it may not do it any more, in their own name.',
    ],
    button: { label: 'Look at it', address: `${baseUrl}/bulk-operations/${facts.operation}` },
    closing: [],
  }),
  'token-ends': ({ facts, words }, { instanceName, baseUrl }) => ({
    subject: `A token at ${instanceName} ends soon`,
    paragraphs: [
      `The token “${facts.token}” of ${facts.of} at ${instanceName} ends on ${words.day(facts.until)} (UTC). What uses it stops working then.`,
      'Rotate it before: the old one then lives on for as long as you say, while the program is changed over.',
    ],
    button: { label: 'Look at the tokens', address: `${baseUrl}${facts.path}` },
    closing: ['If it is not needed any more, there is nothing to do.'],
  }),
  'people-leave': ({ facts }, { instanceName, baseUrl }) => ({
    subject: `${counted(Number(facts.number), 'person leaves', 'people leave')} ${instanceName} soon`,
    paragraphs: [`From then on they are let in no more: ${facts.people}.`],
    ...(facts.path && {
      button: {
        label: facts.number === '1' ? 'Extend by 6 weeks, or leave it' : 'Look at them',
        address: `${baseUrl}${facts.path}`,
      },
    }),
    closing: [
      facts.path
        ? 'If all of it is right, there is nothing to do: nothing is changed by opening the page.'
        : 'If somebody is to stay longer, tell an administrator.',
    ],
  }),
  'idle-warning': ({ facts, words, userName }, { instanceName, baseUrl }) => ({
    subject: `Still you? Sign in to ${instanceName}`,
    paragraphs: [
      `Nobody has used the account ${userName} at ${instanceName} since ${words.moment(facts.since)}.`,
      facts.until
        ? `Sign in once, and it stays. If nobody does until ${words.moment(facts.until)}, the account is deactivated after that; an administrator can bring it back.`
        : 'Sign in once, and you are not asked again.',
    ],
    button: { label: 'Sign in', address: `${baseUrl}/session/new` },
    closing: ['If you do not need the account any more, there is nothing to do.'],
  }),
  'idle-told': ({ facts }, { instanceName }) => ({
    subject: `${counted(Number(facts.number), 'person', 'people')} whom you lead at ${instanceName} ${facts.number === '1' ? 'was' : 'were'} not there for long`,
    paragraphs: [
      `They were asked by mail whether they are still there, and have not signed in since: ${facts.people}.`,
      ...(facts.ends ? ['If they do not sign in, their accounts are deactivated.'] : []),
    ],
    closing: ['If somebody is away and comes back, tell an administrator, who can confirm their access.'],
  }),
  'what-waits': ({ facts }, { instanceName, baseUrl }) => ({
    subject: `What waits for you at ${instanceName}`,
    paragraphs: facts.waits.split('\n'),
    button: { label: 'Look at the list of users', address: `${baseUrl}/users` },
    closing: ['It comes each Monday on which something waits. You switch it off under Preferences.'],
  }),
  'programs-orphaned': ({ facts, createdAt, words }, { instanceName, baseUrl }) => ({
    subject: `${facts.owner} answered for programs at ${instanceName}`,
    paragraphs: [
      `${facts.owner} ${facts.what} at ${words.moment(createdAt)} by ${facts.by}, and answered for ${facts.programs}. Nobody does now.`,
      'They go on working. Give each another owner, or deactivate what is not needed.',
    ],
    button: { label: 'Look at them', address: `${baseUrl}/users?state=orphaned` },
    closing: [],
  }),
  'review-asks': ({ facts, words }, { instanceName, baseUrl }) => ({
    subject: `${facts.again ? 'Reminder: ' : ''}${counted(Number(facts.number), 'person', 'people')} to review at ${instanceName}`,
    paragraphs: [
      `${facts.by ? `${facts.by} asks you` : 'You are asked'} about ${counted(Number(facts.number), 'person', 'people')} at ${instanceName}: “${facts.question}”`,
      `It is to be answered until ${words.end(facts.dueAt)}. You can leave the page and go on later.`,
    ],
    button: { label: 'Answer', address: `${baseUrl}/reviews/${facts.review}/answers` },
    closing: ['Nothing is changed by opening the page.'],
  }),
  'handed-over': ({ facts, words }, { instanceName, baseUrl }) => ({
    subject: `You take over from ${facts.who} at ${instanceName}`,
    paragraphs: [
      `${facts.who} ${leavesInWords(facts, words)}. ${facts.from ? 'From then on' : 'From now on'} ${taken(facts)}: ${facts.by} decided so.`,
    ],
    button: { label: 'Open Roster', address: baseUrl },
    closing: ['If you cannot take it over, tell whoever decided it.'],
  }),
  'person-leaves': ({ facts, words }, { instanceName }) => ({
    subject: `${facts.who} ${facts.from ? 'leaves' : 'has left'} ${instanceName}`,
    paragraphs: [
      `${facts.who}, who is in a group that you lead, ${leavesInWords(facts, words)}: ${facts.by} decided so.`,
      facts.from ? 'From then on they are let in no more.' : 'They are let in no more.',
    ],
    closing: ['If that is not right, tell an administrator.'],
  }),
  'webhook-disabled': ({ facts, createdAt, words }, { instanceName, baseUrl }) => ({
    subject: `A webhook at ${instanceName} is disabled`,
    paragraphs: [
      `The webhook “${facts.webhook}” at ${instanceName} was disabled at ${words.moment(createdAt)}: ${facts.why}.`,
      'What happens meanwhile is not lost: when it is enabled again, it goes on from where it stopped.',
    ],
    button: { label: 'Look at the webhook', address: `${baseUrl}/webhooks/${facts.id}` },
    closing: [],
  }),
  'access-asked': ({ facts, words }, { instanceName, baseUrl }) => ({
    subject: `${facts.who} asks for access at ${instanceName}`,
    paragraphs: [
      `${facts.who} asks for ${facts.what}${facts.until ? `, until ${words.end(facts.until)}` : ''}: “${facts.reason}”`,
    ],
    button: { label: 'Look at it and decide', address: `${baseUrl}/access-requests/${facts.id}` },
    closing: ['Nothing is given by opening the page.'],
  }),
  'access-answered': ({ facts, words }, { instanceName, baseUrl }) => ({
    subject: `${facts.group ? 'Given' : 'Not given'}: what you asked for at ${instanceName}`,
    paragraphs: [
      facts.group
        ? `${facts.by} gave you ${facts.what}${facts.group === facts.what ? '' : `, by the group ${facts.group}`}${facts.until ? `, until ${words.end(facts.until)}` : ''}.`
        : `${facts.by} did not give you ${facts.what}.`,
      ...(facts.words ? [`“${facts.words}”`] : []),
    ],
    button: { label: 'Look at what you have', address: `${baseUrl}/me` },
    closing: [],
  }),
  'leads-group': ({ facts, words }, { instanceName, baseUrl }) => ({
    subject: `You lead the group ${facts.group} at ${instanceName}`,
    paragraphs: [
      facts.isDeputy
        ? `${facts.by} named you deputy leader of the group ${facts.group}${facts.until ? `, until ${words.end(facts.until)}` : ''}.`
        : `${facts.by} handed the lead of the group ${facts.group} over to you.`,
    ],
    button: { label: 'Look at the group', address: `${baseUrl}/led-groups/${facts.id}` },
    closing: ['You see its people, invite into it, choose its members, and decide about who asks to be in it.'],
  }),
  'you-leave': ({ facts, words, userName }, { instanceName, baseUrl }) => ({
    subject: `Your access to ${instanceName} ends soon`,
    paragraphs: [
      `The access of ${userName} to ${instanceName} ends: ${words.end(facts.leavesAt)}. From then on you are let in no more.`,
    ],
    button: { label: 'Look at what you have', address: `${baseUrl}/me` },
    closing: [
      'If you are to stay longer, tell whoever leads your group, or an administrator. Under Preferences you say whether you want such mails.',
    ],
  }),
  'test-mail': (mail, { instanceName }) => ({
    subject: `Test mail of ${instanceName}`,
    paragraphs: [
      `${mail.facts.by} has asked ${instanceName} for this mail at ${mail.words.moment(mail.createdAt)}. Mail works.`,
    ],
    closing: [],
  }),
};

const NOT_YOU = 'If this was not you, choose a new password now and tell an administrator.';

const FACTOR_CHANGES: Record<string, string> = {
  'second-factor.set-up': 'A second factor was set up for the account',
  'second-factor.removed': 'The second factor was removed from the account',
  'second-factor.reset': 'The second factor was reset for the account',
  'second-factor.codes-renewed': 'New recovery codes were made for the account',
  'passkey.added': 'A passkey was added to the account',
  'passkey.removed': 'A passkey was removed from the account',
  'passkey.refused': 'A passkey was refused, of which another device seems to have a copy, at the account',
};

/** Whoever acts on the machine itself has no address. */
function whence({ facts }: DueMail): string {
  return facts.from ? ` from ${facts.from}` : '';
}

function leavesInWords({ from }: MailFacts, words: Words): string {
  return from ? `leaves on ${words.moment(from)}` : 'has left';
}

/** "you lead Support, and answer for 2 programs". */
function taken({ groups, programs, contacts }: MailFacts): string {
  const parts = [
    ...(groups ? [`you lead ${groups}`] : []),
    ...(programs ? [`you answer for ${programs}`] : []),
    ...(contacts ? [`${counted(Number(contacts), 'private contact is', 'private contacts are')} yours`] : []),
  ];
  return parts.join(', ').replace(/, (?=[^,]*$)/, ' and ');
}
