import { StaleVersion } from '../forms/form.ts';

/** Saves a form; where somebody else saved since it was opened, `showConflict` shows it again with what they changed. */
export async function unlessStale(showConflict: () => Promise<void>, save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error;
    await showConflict();
  }
}
