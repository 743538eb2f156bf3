import type { Format } from '../text/format.ts';
import { counted } from '../text/text.ts';
import type { MailKind, SentMail } from './mail.ts';

export const MAIL_LABELS: Record<MailKind, string> = {
  invitation: 'Invitation',
  'password-reset': 'Password reset',
  'account-locked': 'Notice of a lock',
  'signed-in-after-failures': 'Notice of a sign-in',
  'signed-in-on-new-device': 'Notice of a sign-in on a new device',
  'password-changed': 'Notice of a new password',
  'email-change': 'Link to a new email',
  'email-changed': 'Notice of a new email',
  'second-factor-changed': 'Notice of a second factor',
  'account-secured': 'Notice of a secured account',
  'account-reported': 'Notice of a reported sign-in',
  'invitation-asked-for': 'Notice of who waits for an invitation',
  'operation-paused': 'Notice of a paused operation',
  'token-ends': 'Notice of a token that ends',
  'people-leave': 'Notice of people who leave',
  'idle-warning': 'Question whether they are still there',
  'idle-told': 'Notice of idle accounts',
  'what-waits': 'What waits, each week',
  'programs-orphaned': 'Notice of programs without an owner',
  'review-asks': 'Question of a review',
  'handed-over': 'Notice of what was handed over',
  'person-leaves': 'Notice of a person who leaves',
  'webhook-disabled': 'Notice of a disabled webhook',
  'access-asked': 'Notice of who asks for access',
  'access-answered': 'Answer to who asked for access',
  'you-leave': 'Notice of one’s own end',
  'leads-group': 'Notice of leading a group',
  'test-mail': 'Test mail',
};

/** How far a mail has got, in words; of one that failed for good, those of the mail server. */
export function mailState({ sentAt, failedAt, attempts, nextAt, answer }: SentMail, format: Format): string {
  if (sentAt) return `sent ${format.moment(sentAt)}`;
  if (failedAt) return answer;
  if (attempts === 0) return 'about to be sent';
  const next = `next at ${format.moment(nextAt)}`;
  // An attempt is under way, or was when the program ended.
  if (answer === '') return `handed to the mail server, which has not answered yet; ${next}`;
  return `tried ${counted(attempts, 'time')}, ${next}; ${answer}`;
}
