import { Router } from 'express';
import { render } from '../../web/render.ts';
import type { Mailbox } from '../mailbox.ts';

const ADDRESS = /(https?:\/\/\S+)/;

/** The page of the demo that shows the mails which would have gone out. */
export function mailboxController(mailbox: Mailbox): Router {
  const router = Router();
  router.get(mailbox.path, (req, res) => {
    const mails = mailbox.mails.map((mail) => ({
      ...mail,
      at: mail.at.toISOString(),
      parts: mail.text.split(ADDRESS).map((text) => ({ text, isAddress: ADDRESS.test(text) })),
    }));
    render(req, res, 'mail/mailbox', { title: 'Mailbox', mails });
  });
  return router;
}
