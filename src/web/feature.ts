import type { Request } from 'express';
import type { Application, Level } from '../access/rights.ts';
import type { AppContext } from '../app-context.ts';
import type { Config } from '../config.ts';
import type { Transaction } from '../db/database.ts';
import type { Job } from '../jobs/jobs.ts';
import type { Icon } from '../text/icons.ts';

/** What a feature tells the program of itself, beside its pages. */
export interface Feature {
  tab?: Tab;
  /** The pages that one may jump to by their names. */
  pages?: NamedPage[];
  /** The addresses below which strangers send forms. */
  publicForms?: RegExp;
  /** Those of them, as `POST /path`, that show themselves again where the session they were made for is over. */
  shownAgain?: RegExp;
  /** What may be obeyed although the session is over, as `DELETE /path`: it harms nobody. */
  harmless?: RegExp;
  /** Where records are made by forms that take long to fill: nothing that is asked beside them leads away from them. */
  longForms?: string;
  /** The pages of other such forms. */
  longPages?: RegExp;
  jobs?: (app: AppContext) => Job[];
  /** Removes what has ended by now, and nobody will ask for; true where that is more than is removed at once. */
  prune?: (trx: Transaction, now: number, config: Config) => Promise<unknown>;
}

export interface Tab {
  application: Application;
  label: string;
  href: string;
  /** The pages that stand under it. */
  pages: RegExp;
}

export interface NamedPage {
  label: string;
  path: string;
  icon: Icon;
  /** Who holds all of these may open it. */
  needs: [application: Application, level: Level][];
}

/** All features of this program, in the order of their tabs. */
export function featuresOf(req: Request): Feature[] {
  return req.app.locals.features;
}
