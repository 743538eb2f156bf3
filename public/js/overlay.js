// Menus, and dialogs: pages of one thing to do, shown above the page they were opened from.

import { closeOnBackdrop, leave, showLayer } from './layers.js';
import { toast } from './roster.js';

const dialog = document.getElementById('dialog');
const body = document.getElementById('dialog-body');
const messages = document.getElementById('dialog-messages');
const menu = document.getElementById('row-menu');

let opener;
/** Where the focus was when a dialog closed; a list that comes anew would lose it. */
let cameFrom;

closeOnBackdrop(dialog);

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest(
    '.menus td:last-child > a, .listed p a[href$="/groups"], a[data-dialog], #dialog [data-close]',
  );
  if (!link) return;
  event.preventDefault();
  if (link.matches('[data-close]')) dialog.close();
  else if (link.matches('.listed *')) void openMenu(link);
  else void openDialog(link.href, openerOf(link.closest('[popover]')) ?? link);
});

/** What opened a menu, which is closed by the time that somebody comes back. */
function openerOf(open) {
  if (open === menu) return menuOpener;
  return open && document.querySelector(`[popovertarget="${open.id}"]:not([popovertargetaction])`);
}

let menuOpener;

async function openMenu(link) {
  menuOpener = link;
  const name = link.closest('tr').querySelector('.name > a')?.textContent;
  menu.setAttribute('aria-label', link.getAttribute('aria-label') ?? `Groups of ${name}`);
  await load(link.href, menu, 'innerHTML');
}

const ownMenu = document.getElementById('own-menu');
let isAwaited = false;
/** Somebody has gone on into it, and gets there once it is there. */
let isEntered = false;

/** It comes when it is opened, and is asked for anew where it did not come. */
async function fillOwnMenu() {
  if (isAwaited || ownMenu.querySelector('form')) return;
  isAwaited = true;
  isEntered = false;
  try {
    await load('/menu', ownMenu, 'innerHTML');
    if (isEntered && isOpen(ownMenu)) ownMenu.querySelector('.menu a')?.focus();
  } finally {
    isAwaited = false;
  }
}

const isOpen = (popover) => popover.matches(':popover-open');

// No sooner: where the session has ended, the answer leads away from what is being typed.
document.getElementById('own-button').addEventListener('click', fillOwnMenu);
document.addEventListener('keydown', (event) => {
  if (!['Tab', 'ArrowDown'].includes(event.key) || event.shiftKey || !isAwaited || !isOpen(ownMenu)) return;
  event.preventDefault();
  isEntered = true;
});

// Arrows, Home and End go through a menu that is open; Tab goes on working, and Esc closes it, as the browser does.
const STEPS = {
  ArrowDown: (at, items) => (at + 1) % items,
  ArrowUp: (at, items) => (Math.max(at, 0) + items - 1) % items,
  Home: () => 0,
  End: (_, items) => items - 1,
};

document.addEventListener('keydown', (event) => {
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const menu = [...document.querySelectorAll('[popover]:popover-open')].at(-1);
  const items = [...(menu?.querySelectorAll('.menu :is(a, button)') ?? [])];
  // A choice between several has the arrows for itself.
  if (items.length === 0 || event.target.matches('input')) return;
  event.preventDefault();
  items[step(items.indexOf(document.activeElement), items.length)].focus();
});

// Whoever goes on by Tab past the end of a menu has left it: it would lie over where they are. What opened it closes it by itself, and
// where the focus is brought back to from elsewhere nobody went.
let isByTab = false;
for (const type of ['keydown', 'keyup'])
  document.addEventListener(
    type,
    ({ key }) => {
      isByTab = type === 'keydown' && key === 'Tab';
    },
    true,
  );
document.addEventListener('focusin', ({ target }) => {
  if (!isByTab) return;
  for (const open of document.querySelectorAll('[popover]:popover-open'))
    if (!open.contains(target) && !openerOf(open)?.contains(target)) open.hidePopover();
});

export function openDialog(href, from) {
  opener = placeOf(from ?? document.activeElement);
  return load(href, body, 'innerHTML');
}

/** Fills an element with the part of a page that is made for it. */
function load(href, target, swap) {
  const headers = { 'HX-Target': `${target.localName}#${target.id}` };
  return htmx.ajax('GET', href, { source: target, target, swap, headers, push: 'false' });
}

// Shown when there is something to show: a refusal goes to the messages instead, and nothing opens.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  const target = detail.ctx.target;
  if (target === menu) {
    menu.showPopover({ source: menuOpener });
    menu.querySelector('a, button')?.focus();
  }
  // What was begun in the dialog has come to its end there.
  if (target.id === 'progress' && body.querySelector('[data-done]')) void forgetTicks().then(refresh);
  if (target !== body) return;
  const said = body.querySelector('[data-said]');
  if (said && endWith(said)) return;
  for (const open of document.querySelectorAll('[popover]:popover-open')) open.hidePopover();
  messages.replaceChildren();
  const isOnce = body.querySelector('[data-once]') !== null;
  dialog.toggleAttribute('data-once', isOnce);
  dialog.closedBy = isOnce ? 'none' : 'closerequest';
  dialog.setAttribute('aria-label', body.querySelector('h1, h2')?.textContent.trim() ?? '');
  orderColumns();
  if (body.querySelector('[data-passkeys]')) void import('./passkeys.js').then((module) => module.offerPasskeys(body));
  if (!dialog.open) {
    opener ??= placeOf(document.activeElement);
    showLayer(dialog);
  }
  dialog.scrollTop = 0;
  const first =
    body.querySelector('[aria-invalid="true"]') ??
    body.querySelector('[autofocus]') ??
    [body.querySelector('[data-close]')].find(isInSight) ??
    dialog.querySelector('.close');
  // A long one begins at its beginning.
  first?.focus({ preventScroll: true });
  if (body.querySelector('[data-done]')) void forgetTicks().then(refresh);
});

/** In a dialog that is scrolled to its beginning. */
function isInSight(element) {
  return element && element.getBoundingClientRect().bottom <= dialog.getBoundingClientRect().bottom;
}

// Whoever presses twice means what stood there first: not what came under the pointer in between.
let pressedFirst;
document.addEventListener(
  'click',
  (event) => {
    const pressed = event.target.closest('button, a');
    if (event.detail < 2) pressedFirst = pressed;
    if (pressed === pressedFirst || !dialog.contains(pressed)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

// Where the session has ended, what was typed goes once more as a page, which asks to sign in and brings it back.
document.addEventListener('htmx:before:response', (event) => {
  const { response, sourceElement, target } = event.detail.ctx;
  const form = sourceElement.closest('form[method="post"]');
  if (response.status !== 401 || !form || target !== body || response.headers.has('HX-Redirect')) return;
  event.preventDefault();
  form.submit();
});

/** One thing was done to one user. Only a link that is shown this once keeps the dialog open. */
function endWith(done) {
  const { said } = done.dataset;
  void refresh();
  if (done.firstElementChild) {
    done.prepend(Object.assign(document.createElement('h2'), { textContent: said }));
    return false;
  }
  dialog.close();
  toast(said);
  return true;
}

/** Where the order of columns is chosen: few pages are opened for it. */
function orderColumns() {
  if (document.querySelector('[data-move]')) void import('./columns.js');
}

orderColumns();

async function forgetTicks() {
  const { forget } = await import('./selection.js');
  forget();
}

/** What was done shows in the list beneath. */
async function refresh() {
  const list = document.querySelector('[data-list]');
  if (!list) return;
  await load(location.pathname + location.search, list, 'outerMorph show:none');
  if (document.activeElement === document.body) again(cameFrom).focus();
}

/** An element with its row, of which nothing is left in it once the row comes anew, and with that row's place. */
function placeOf(element) {
  const row = element.closest('.listed tbody tr');
  const isAction = element.closest('#actions') !== null;
  return { element, row: row?.id, at: row?.sectionRowIndex, isMenu: element.matches('td:last-child > a'), isAction };
}

/** The same element where it can still be used; else what stands for it in its row, in the row that took its place, or where actions begin. */
function again(place) {
  const { element, at, isMenu, isAction } = place ?? {};
  if (element?.isConnected && !element.disabled && element !== document.body) return element;
  const rows = at === undefined ? [] : [...document.querySelectorAll('.listed tbody tr')];
  const row = document.getElementById(place?.row) ?? rows[Math.min(at, rows.length - 1)];
  return (
    row?.querySelector(isMenu ? 'td:last-child > a' : '.name a') ??
    (isAction ? document.querySelector('[data-all-matching]') : undefined) ??
    document.getElementById('main')
  );
}

// Where a browser does not know `closedby` yet.
dialog.addEventListener('cancel', (event) => {
  if ('once' in dialog.dataset) event.preventDefault();
});

dialog.addEventListener('close', () => {
  // Told a moment later, when it may show something else.
  if (dialog.open) return;
  const from = again(opener);
  cameFrom = opener;
  body.replaceChildren();
  messages.replaceChildren();
  dialog.removeAttribute('data-once');
  opener = undefined;
  from.focus();
  void leave(dialog, from);
});
