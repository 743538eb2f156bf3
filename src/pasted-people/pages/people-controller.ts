import express, { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { openPeople } from './people-page.ts';
import { takePeople } from './people-saving.ts';

/** Where a list of people is pasted: its form holds the text and the table that was made of it. */
export const PEOPLE_PATH = '/users/new/list';

/** Reads the form of a list, which holds more than any other: the text in each letter's longest spelling, and the fields of its rows. */
export function readPeopleForm(): Router {
  const router = Router();
  router.post(PEOPLE_PATH, express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 10_000 }));
  return router;
}

/** Many users at once, out of a list that was pasted. */
export function peopleController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');

  router.get(PEOPLE_PATH, write, (req, res) => openPeople(app, req, res));

  router.post(PEOPLE_PATH, write, (req, res) => takePeople(app, req, res));

  return router;
}
