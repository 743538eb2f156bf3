import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { type Errors, FieldErrors } from '../../forms/form.ts';
import { requireEndAhead } from '../../memberships/actions/membership-editing.ts';
import { changingIn, mistakesIn, newIn, type PlannedPerson } from '../actions/people-plan.ts';
import type { Prepared } from './people-page.ts';

/** All that is wrong, by field; of a row with its number. */
export function mistakesOf(app: AppContext, req: Request, { errors, plan, forAll }: Prepared): Errors {
  const actor = { by: req.viewer!, at: instant(app.clock()) };
  const nobody = newIn(plan).length + changingIn(plan).length + mistakesIn(plan).length === 0;
  return {
    ...mistakesInRows({ plan }),
    ...errors,
    ...caught(() => requireEndAhead(actor, forAll.untilAt)),
    ...(nobody && { text: 'There is nothing to do: nobody is ticked of whom anything would change.' }),
  };
}

/** What is wrong with those who are ticked. */
export function mistakesInRows({ plan }: Pick<Prepared, 'plan'>): Errors {
  return rowErrors(plan.map(({ n, row, errors }) => ({ n, errors: row.isKept ? errors : {} })));
}

function rowErrors(rows: Pick<PlannedPerson, 'n' | 'errors'>[]): Errors {
  return Object.fromEntries(
    rows.flatMap(({ n, errors }) => Object.entries(errors).map(([field, message]) => [`${field}-${n}`, message])),
  );
}

function caught(check: () => void): Errors {
  try {
    check();
    return {};
  } catch (error) {
    if (error instanceof FieldErrors) return error.errors;
    throw error;
  }
}
