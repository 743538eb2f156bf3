import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Mailbox } from '../../src/mail/mailbox.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, bringAxe, closeBrowser, contrastFindings, enter, visit } from '../support/browser.ts';
import { deletedLongAgo } from '../support/erasure.ts';
import { linkFor } from '../support/links.ts';
import { beginReview } from '../support/reviews.ts';

const LONG = 'x'.repeat(200);
const HOSTILE = '<img src=x onerror=alert(1)>';

const mailbox = new Mailbox();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({}, mailbox);
  await deletedLongAgo(app, 'dave');
  for (const [id, name] of [
    [app.people.bob, LONG],
    [app.people.carol, HOSTILE],
    [app.people.lena, 'مريم 👩‍👩‍👧'],
  ])
    await app.db.write((trx) =>
      trx('users')
        .where({ id })
        .update({ name, name_key: `${id}`, sort_name: `a${id}` }),
    );
  await beginReview(app);
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

type State = [name: string, path: (app: TestApp) => string | Promise<string>, act?: (page: Page) => Promise<unknown>];

/** What people see who are not signed in. */
const outside: State[] = [
  ['signing in', () => '/session/new'],
  [
    'signing in, refused',
    () => '/session/new',
    (page) => page.locator('form').evaluate((form) => (form as HTMLFormElement).submit()),
  ],
  ['Forgot password?', () => '/passwords/requests/new'],
  ['a link that has ended', () => '/invitations/ended'],
  ['an invitation', (app) => linkFor(app, 'carol', 'invitation')],
  [
    'an invitation with mistakes',
    () => '/invitations/acceptance/new',
    (page) => page.locator('main form').evaluate((form) => (form as HTMLFormElement).submit()),
  ],
];

const states: State[] = [
  ['the list', () => '/users'],
  ['the list with filters', () => '/users?state=locked&group=1&q=e'],
  ['the empty list', () => '/users?q=nobodyatall'],
  ['a list that was pasted', () => '/users?q=alice,a@x,b@x,c@x,d@x,e@x,f@x'],
  ['groups to filter by', () => '/users/groups?name=s&group=1'],
  ['tags to filter by', () => '/users/tags?tag=1'],
  ['a record', ({ people }) => `/users/${people.bob}`],
  ['a locked record', ({ people }) => `/users/${people.erin}`],
  ['an API-only record', ({ people }) => `/users/${people.robin}`],
  ['Leaving', ({ people }) => `/users/${people.lena}/leaving`],
  ['New User', () => '/users/new'],
  ['New User with mistakes', () => '/users/new', (page) => page.getByRole('button', { name: 'Create user' }).click()],
  ['New User with all open', () => '/users/new', openEverything],
  ['a file to be imported', () => '/users/import'],
  ['the interface for programs', () => '/api'],
  ['a list to be pasted', () => '/users/new/list'],
  ['a pasted list', () => '/users/new/list', openList],
  [
    'a pasted list with mistakes',
    () => '/users/new/list',
    async (page) => {
      await openList(page);
      await page.getByRole('button', { name: 'See what will be done' }).click();
    },
  ],
  [
    'the sheet of a pasted list',
    () => '/users/new/list',
    async (page) => {
      await openList(page);
      await page.getByRole('checkbox', { name: 'Take x', exact: true }).uncheck();
      await page.getByRole('button', { name: 'See what will be done' }).click();
      await page.locator('#people-sheet-form').waitFor();
    },
  ],
  ['Edit', ({ people }) => `/users/${people.robin}/edit`],
  ['a confirmation', ({ people }) => `/users/${people.bob}/deletion/new`],
  ['erasing', ({ people }) => `/users/${people.dave}/erasure/new`],
  ['Reinvite by mail', ({ people }) => `/users/${people.carol}/invitation/new`],
  [
    'what was done',
    ({ people }) => `/users/${people.bob}/access-confirmation/new`,
    (page) => page.getByRole('button', { name: 'Confirm access' }).click(),
  ],
  ['Invitations', () => '/invitations'],
  ['the columns of the list', () => '/users/columns'],
  ['saved views', () => '/saved-views'],
  ['a view to save', () => '/saved-views/new'],
  ['no invitations', () => '/invitations?q=nobodyatall'],
  ['a list by a filter that it does not have', () => '/users?nosuch=1&tag=4711'],
  ['an export of what there is not', () => '/users/export?tag=4711'],
  ['a sheet', () => '/users', openSheet],
  ['the choice of an action', () => '/users', openActions],
  ['what a sheet asks', () => '/users', openQuestions],
  ['past bulk operations', () => '/bulk-operations'],
  ['the mailbox', () => mailbox.path],
  ['Contacts', () => '/contacts'],
  ['Contacts with filters', () => '/contacts?kind=person&company=1&q=e'],
  ['a person', () => '/contacts/4'],
  ['a company', () => '/contacts/1'],
  ['New Person', () => '/contacts/new?kind=person'],
  [
    'New Person with mistakes',
    () => '/contacts/new',
    (page) => page.getByRole('button', { name: 'Create' }).last().click(),
  ],
  ['linking a contact', () => '/contacts/2/link/new'],
  ['deleting a contact', () => '/contacts/4/deletion/new'],
  ['Groups', () => '/groups'],
  ['New Group', () => '/groups/new'],
  ['a group', () => '/groups/4'],
  ['adding members', () => '/groups/4/members/new'],
  ['changing members', ({ people }) => `/groups/4/members/edit?ids=${people.bob}`],
  ['permissions', () => '/groups/4/permissions/edit'],
  [
    'a sheet of permissions',
    () => '/groups/4/permissions/edit',
    async (page) => {
      await page.getByRole('radio', { name: 'Audit: read' }).check();
      await page.getByRole('button', { name: 'See what this changes' }).click();
    },
  ],
  [
    'a sheet of members',
    () => '/groups/4/members/new',
    async (page) => {
      await page.getByLabel('Or paste a list').fill('erin');
      await page.getByRole('button', { name: 'Add members' }).last().click();
    },
  ],
  ['Applications', () => '/applications'],
  ['a question without an answer', () => '/applications?user=nobody'],
  ['New Application', () => '/applications/new'],
  [
    'New Application with mistakes',
    () => '/applications/new',
    (page) => page.getByRole('button', { name: 'Register application' }).click(),
  ],
  ['an application', () => '/applications/users'],
  ['why', ({ people }) => `/users/${people.max}/permissions?application=users&level=write`],
  ['why not', ({ people }) => `/users/${people.bob}/permissions?application=users&level=write`],
  ['Audit', () => '/audit'],
  ['an export of users', () => '/users/export?state=locked'],
  ['an export of the audit', () => '/audit/export'],
  ['Audit with a day that does not exist', () => '/audit?from=2026-02-31'],
  ['a group with its members searched', () => '/groups/4?q=bob'],
  ['a group nobody of whom is found', () => '/groups/4?q=nobodyatall'],
  ['Edit group', () => '/groups/4/edit'],
  ['suggestions for a group', () => '/users/new', (page) => suggestions(page, 'Search for a group', 'sup')],
  ['a group that was chosen', () => '/users/new?group=4'],
  [
    'suggestions for a contact',
    ({ people }) => `/users/${people.ada}/edit`,
    (page) => suggestions(page, 'Search for a person', 'n'),
  ],
  ['Edit person', () => '/contacts/4/edit'],
  ['restoring', ({ people }) => `/users/${people.dave}/deactivation/delete`],
  ['a verb alone', () => '/search?q=deactivate'],
  ['a filter', () => '/search?q=locked'],
  ['past invitations', () => '/invitations?status=expired'],
  ['deleted users', () => '/users?activity=deleted'],
  ['a filter that is gone', () => '/users?tag=999'],
  ['This installation', () => '/installation'],
  ['New Webhook', () => '/webhooks/new'],
  ['a review', () => '/reviews/1'],
  ['My access', () => '/me'],
  ['My credentials', () => '/credentials'],
  ['This was not me', () => '/credentials/report/new'],
  ['Change email', () => '/credentials/email/edit'],
  ['sign-ins of a user', ({ people }) => `/users/${people.bob}/sign-ins`],
  ['Security', () => '/security'],
  ['Overview', () => '/overview', (page) => page.locator('summary').first().click()],
  ['Idle accounts', () => '/idle-accounts'],
  ['a second factor', () => '/credentials/second-factor'],
  ['a new token', ({ people }) => `/users/${people.robin}/tokens/new`],
  ['a program that provisions', ({ people }) => `/users/${people.robin}/provisioning`],
  ['My sign-ins', () => '/credentials/sign-ins'],
  ['Preferences', () => '/preferences'],
  ['Keyboard shortcuts', () => '/shortcuts'],
  ['Jump to', () => '/search?q=deactivate+bob'],
  ['the actions of a user', ({ people }) => `/users/${people.bob}/actions`],
  ['the own menu', () => '/users', (page) => page.getByRole('button', { name: 'Your menu' }).click()],
  ['the palette', () => '/users', openPalette],
  [
    'the menu of a row',
    () => '/users',
    (page) => page.getByRole('link', { name: 'Actions for ada', exact: true }).click(),
  ],
  ['a dialog', ({ people }) => `/users/${people.bob}`, openDialog],
  ['a page that is not there', () => '/nothing'],
];

/** What a leader sees who holds no right. */
const leading: State[] = [
  ['groups one leads', () => '/led-groups'],
  ['a group one leads', () => '/led-groups/4'],
  ['inviting into it', () => '/led-groups/4/invitations/new'],
  [
    'inviting with mistakes',
    () => '/led-groups/4/invitations/new',
    (page) => page.getByRole('button', { name: 'Invite', exact: true }).click(),
  ],
  ['inviting a list into it', () => '/led-groups/4/invitations/list'],
  [
    'inviting a list with mistakes',
    () => '/led-groups/4/invitations/list',
    async (page) => {
      await page.getByLabel('List of people').fill(`${LONG} <l@new.example>; x <x@y..z>`);
      await page.getByRole('button', { name: 'Read the list' }).click();
      await page.getByRole('button', { name: 'Invite 2 people' }).click();
      await page.locator('#error-summary').waitFor();
    },
  ],
  ['adding to it', () => '/led-groups/4/members/new'],
  ['people to review', () => '/reviews/1/answers'],
  ['changing its members', ({ people }) => `/led-groups/4/members/edit?ids=${people.bob}`],
];

const audiences: { who: string; email?: string; pages: State[] }[] = [
  { who: 'a stranger', pages: outside },
  { who: 'an administrator', email: 'alice@example.com', pages: states },
  { who: 'a leader', email: 'lena@example.com', pages: leading },
];
const viewports = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

describe.each(audiences)('what $who sees', ({ email, pages }) => {
  let page: Page;
  let complaints: string[];
  /** Which of them is on the page as it was loaded, untouched. */
  let shown: string | undefined;
  beforeAll(async () => {
    // Colours are looked at when they have arrived, not on their way from one theme to the other.
    ({ page, complaints } = await visit({ baseURL: app.url, reducedMotion: 'reduce' }));
    await bringAxe(page.context());
    if (!email) return;
    await enter(app, page, email, '/');
    await page.getByRole('button', { name: 'Your menu' }).waitFor();
  });
  afterAll(() => page.context().close());

  const cases = pages.flatMap(([name, path, act], index) =>
    viewports.map((viewport) => ({ ...viewport, name, path, act, viewport, schemes: schemesOn(viewport, index) })),
  );
  it.each(cases)('at $width leaves axe nothing to find in $schemes, and fits: $name', async (one) => {
    const { name, path, act, viewport, schemes } = one;
    await page.setViewportSize(viewport);
    if (shown !== name) {
      await page.goto(await path(app));
      if (act) await acted(page, act);
    }
    shown = !act && (await isOfOneKind(page)) ? name : undefined;
    const findings: string[] = [];
    for (const [index, colorScheme] of schemes.entries()) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      findings.push(...(await (index === 0 ? axeFindings : contrastFindings)(page)));
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect({ findings, overflow: Math.max(0, overflow) }).toEqual({ findings: [], overflow: 0 });
    expect(complaints).toEqual([]);
  });
});

/** Scripts make nothing else of it on a narrow screen, so it need not be loaded once more for one: they do of lists alone. */
function isOfOneKind(page: Page): Promise<boolean> {
  return page.evaluate(() => document.querySelector('.listed, #filters') === null);
}

/**
 * Colours do not depend on the width: on a wide screen each page is looked at in both schemes, on a phone one page in the one and the
 * next in the other, which shows what only phones have in both.
 */
function schemesOn({ width }: { width: number }, index: number): ('light' | 'dark')[] {
  if (width > 1_000) return ['light', 'dark'];
  return [index % 2 === 0 ? 'light' : 'dark'];
}

/** What an act leads to may be another page, or a part of this one. */
async function acted(page: Page, act: (page: Page) => Promise<unknown>): Promise<void> {
  await act(page);
  await page.waitForLoadState('networkidle');
  // Where a press has scrolled to, the bar at the bottom may cover half of a box for as long.
  await page.evaluate(() => window.scrollTo(0, 0));
}

/** Colours have arrived when nothing moves any more and two frames have been drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
    await frame();
  });
}

async function openEverything(page: Page): Promise<void> {
  for (const summary of await page.locator('summary').all()) await summary.click();
  await page.getByLabel('API-only').check();
}

/** One with a long name, one who cannot be invited so, one whose contact is a customer, one who is known, and a line of words. */
async function openList(page: Page): Promise<void> {
  await page
    .getByLabel('List of people')
    .fill(`${LONG} <l@new.example>; x <x@y..z>; cleo@acme.example; bob@example.com\nHello`);
  await page.getByRole('button', { name: 'Read the list' }).click();
  await page.locator('.people-table').waitFor();
}

/** A phone sees the list as cards, with the same boxes. */
async function openSheet(page: Page): Promise<void> {
  await press(page, 'Reset login attempts');
}

async function openActions(page: Page): Promise<void> {
  await press(page, 'More …');
}

async function openQuestions(page: Page): Promise<void> {
  await openActions(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Add to group' }).click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Add to group' }).waitFor();
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('checkbox', { name: 'Tick ada' }).check();
  await page.getByRole('region', { name: 'Actions' }).getByRole('button', { name }).click();
  await page.getByRole('dialog').waitFor();
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
}

async function suggestions(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole('list', { name: 'Found' }).waitFor();
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
  await page.getByRole('dialog').waitFor();
}
