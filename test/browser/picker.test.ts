import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, type Visit, visit } from '../support/browser.ts';
import { addGroups } from '../support/crowd.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;
let visits: Visit[] = [];

beforeAll(async () => {
  app = await startApp();
  await addGroups(app, 300);
});
afterEach(async () => {
  for (const { page } of visits) await page.context().close();
  visits = [];
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function open(path: string, javaScriptEnabled = true): Promise<Page> {
  const visitor = await visit({ baseURL: app.url, javaScriptEnabled });
  visits.push(visitor);
  const { page } = visitor;
  await enter(app, page, 'alice', path);
  await page.locator('h1').waitFor();
  return page;
}

/** The browser puts the focus where a page asks for it some time after the page is there. */
const focusArrives = (page: Page, id: string) => page.locator(`#${id}:focus`).waitFor();
const group = (page: Page) => page.getByLabel('Search for a group');
const suggestion = (page: Page, name: string) => page.locator('.found').getByRole('button', { name, exact: true });

describe('the form of a user among 300 groups', () => {
  it('is worked by keys alone: type, Tab, Enter, and type on', async () => {
    const page = await open('/users/new');
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(1_800);
    await group(page).pressSequentially('team 293');
    await suggestion(page, 'Team 293').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Team 293' }).waitFor();
    await focusArrives(page, 'groupsSearch');
    expect(await group(page).inputValue()).toBe('');
    await page.keyboard.type('team 12');
    await suggestion(page, 'Team 12').click();
    await page.getByRole('button', { name: 'Remove Team 12' }).click();
    await page.getByRole('button', { name: 'Remove Team 12' }).waitFor({ state: 'hidden' });
    await page.getByLabel('Name', { exact: true }).fill('nora');
    await page.getByLabel('System email').fill('nora@example.com');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('nora was created').waitFor();
    const memberships = page.getByRole('region', { name: 'Group memberships' });
    expect(await memberships.getByRole('link', { name: /^Team/ }).allTextContents()).toEqual(['Team 293']);
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });

  it('takes by Enter what is found alone, also where the answer is still to come, and by arrows any', async () => {
    const page = await open('/users/new');
    await page.getByLabel('Name', { exact: true }).fill('enid');
    await group(page).pressSequentially('team 293');
    await suggestion(page, 'Team 293').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Team 293' }).waitFor();
    await focusArrives(page, 'groupsSearch');
    await page.keyboard.type('team 294');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Team 294' }).waitFor();
    await focusArrives(page, 'groupsSearch');
    await page.keyboard.type('team 29');
    await suggestion(page, 'Team 29').waitFor();
    // Of several none is meant yet, and nothing is sent.
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Team 29');
    await page.keyboard.press('ArrowUp');
    await page.locator('#groupsSearch:focus').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Team 29', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/users/new');
    expect(await page.locator('.picked input[name="groups"]').count()).toBe(3);
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('enid');
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });

  it('comes back without JavaScript where one was, with all that was typed', async () => {
    const page = await open('/users/new', false);
    await page.getByLabel('Name', { exact: true }).fill('otto');
    await page.getByLabel('System email').fill('otto@example.com');
    await group(page).fill('team 293');
    await page.locator('#groups').getByRole('button', { name: 'Find' }).click();
    await focusArrives(page, 'groupsSearch');
    await suggestion(page, 'Team 293').click();
    await focusArrives(page, 'groupsSearch');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('otto was created').waitFor();
    const memberships = page.getByRole('region', { name: 'Group memberships' });
    expect(await memberships.getByRole('link', { name: /^Team/ }).allTextContents()).toEqual(['Team 293']);
  });
});

describe('Enter without JavaScript', () => {
  it('searches what was typed into a picker before anything is sent', async () => {
    const page = await open('/users/new', false);
    await page.getByLabel('Name', { exact: true }).fill('paula');
    await page.getByLabel('System email').fill('paula@example.com');
    await page.getByLabel('Search for a person').fill('mueller');
    await page.keyboard.press('Enter');
    await focusArrives(page, 'contactSearch');
    expect(await page.locator('[aria-invalid]').count()).toBe(0);
    await page.locator('.found').getByRole('button', { name: 'María Müller' }).click();
    await group(page).fill('team 293');
    await page.keyboard.press('Enter');
    await suggestion(page, 'Team 293').click();
    await page.getByLabel('Name', { exact: true }).press('Enter');
    await page.getByText('paula was created').waitFor();
    const memberships = page.getByRole('region', { name: 'Group memberships' });
    expect(await memberships.getByRole('link', { name: /^Team/ }).allTextContents()).toEqual(['Team 293']);
  });

  it('says once more what is to be chosen where it was searched already', async () => {
    const page = await open(`/groups/${await groupId(app, 'Support')}/members/new`, false);
    await page.getByLabel('Search for users').fill('nobody of this name');
    await page.keyboard.press('Enter');
    await page.getByText('under “nobody of this name”').waitFor();
    expect(await page.locator('#error-summary').count()).toBe(0);
    await page.getByLabel('Search for users').press('Enter');
    await page.locator('#error-summary').waitFor();
  });

  it('shows whom a name may have meant that is nobody’s', async () => {
    const page = await open('/groups/new', false);
    await page.getByLabel('Name', { exact: true }).fill('Night shift');
    await page.getByLabel('Leader').fill('len');
    await page.keyboard.press('Enter');
    await page.locator('#error-summary').waitFor();
    await page.locator('.found').getByRole('button', { name: 'lena' }).waitFor();
  });
});

describe.each([true, false])('what an action asks, with JavaScript: %s', (javaScriptEnabled) => {
  it('is answered by Enter, and loses no group that was chosen', async () => {
    const page = await open('/users?q=bob', javaScriptEnabled);
    await page.locator('tbody input[name=ids]').first().check();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: 'Add to group' }).click();
    await group(page).fill('team 293');
    if (!javaScriptEnabled) await page.keyboard.press('Enter');
    await suggestion(page, 'Team 293').click();
    await page.getByRole('button', { name: 'Remove Team 293' }).waitFor();
    await page.locator('input[type=date]').press('Enter');
    await page.getByRole('button', { name: 'Add 1 user to Team 293' }).waitFor();
  });
});

describe('a field that holds a name', () => {
  it('is filled by a press on what is suggested, and sent', async () => {
    const page = await open('/groups/new');
    await page.getByLabel('Name', { exact: true }).fill('Service');
    await page.getByLabel('Leader').pressSequentially('len');
    await page.locator('.found').getByRole('button', { name: 'lena' }).click();
    await page.locator('.found').waitFor({ state: 'hidden' });
    await focusArrives(page, 'leader');
    expect(await page.getByLabel('Leader').inputValue()).toBe('lena');
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('The group Service was created').waitFor();
  });
});

describe.each([true, false])('the members of a group, with JavaScript: %s', (javaScriptEnabled) => {
  it('are searched, and all that were found changed', async () => {
    const page = await open(`/groups/${await groupId(app, 'Support')}`, javaScriptEnabled);
    await page.getByLabel('Search the members').pressSequentially('dave');
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('1 of 4 members found').waitFor();
    if (javaScriptEnabled) {
      expect(new URL(page.url()).search).toBe('?q=dave');
      expect(await axeFindings(page)).toEqual([]);
    }
    await page.getByRole('checkbox', { name: 'All 1 found' }).check();
    await page.getByRole('button', { name: 'Change ticked' }).click();
    await page.getByRole('button', { name: 'Remove 1 member' }).waitFor();
    await page.goBack();
    await page.getByText('1 of 4 members found').waitFor();
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });
});
