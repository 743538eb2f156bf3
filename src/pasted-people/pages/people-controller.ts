import express, { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { visibleOperation } from '../../bulk-operations/pages/operation/visible-operation.ts';
import { stepOf } from '../../forms/picker.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { draftedPeople, withoutSearch } from '../actions/people-draft.ts';
import { type TypedPeople, typedPeople } from '../people-form.ts';
import { invite } from './people-inviting-page.ts';
import { mistakesInRows } from './people-mistakes.ts';
import { openPeople, prepared, showPeople } from './people-page.ts';
import { correctPeople, showSought, takeList } from './people-saving.ts';
import { showPeopleSheet } from './people-sheet.ts';
import { isWeightyList } from './weighty-people.ts';

const PATH = '/users/new/list';

/** A list that is worked on. */
export interface DraftedPeople extends TypedPeople {
  id: number;
}

/** Reads the forms of a list, which hold more than any other: the text in each letter's longest spelling, and the fields of its rows. */
export function readPeopleForms(): Router {
  const router = Router();
  const read = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 10_000 });
  router.post(PATH, read);
  router.post(`${PATH}/:id`, read);
  return router;
}

/** Many users at once, out of a list that was pasted: its table and its sheet have addresses, as drafts of an operation. */
export function peopleController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');

  router.get(PATH, write, (req, res) => openPeople(app, req, res));

  router.post(PATH, write, (req, res) => takeList(app, req, res));

  router.get(
    `${PATH}/:id`,
    write,
    withDraft(async (req, res, draft) => {
      const kept = takeKept(req);
      const list = kept ? { ...typedPeople(kept), id: draft.id } : draft;
      const people = await prepared(app, req, list);
      if (stepOf(list.typed).deed !== '') await showSought(app, req, res, people);
      else await showPeople(app, req, res, people, { mistakes: mistakesInRows(people) });
    }),
  );

  router.post(
    `${PATH}/:id`,
    write,
    withDraft((req, res, draft) => correctPeople(app, req, res, draft.id)),
  );

  router.get(
    `${PATH}/:id/sheet`,
    write,
    withDraft((req, res, draft) => showPeopleSheet(app, req, res, { ...draft, ...withoutSearch(draft) })),
  );

  router.post(
    `${PATH}/:id/invitations`,
    write,
    confirmed(app, (req) => isWeightyList(app, req)),
    withDraft((req, res, draft) => invite(app, req, res, { ...draft, ...withoutSearch(draft) })),
  );

  /** One that was done leads to its report: so do a second press, another tab and Back. */
  function withDraft(handle: (req: Request, res: Response, draft: DraftedPeople) => Promise<void>) {
    return async (req: Request, res: Response) => {
      const operation = await visibleOperation(app, req, { acts: true });
      if (operation.executedAt !== null) return res.redirect(303, `/bulk-operations/${operation.id}`);
      await handle(req, res, { id: operation.id, ...draftedPeople(operation) });
    };
  }

  return router;
}
