// Menus of rows, and dialogs: pages of one thing to do, shown above the page they were opened from.

import { toast } from './roster.js';

const dialog = document.getElementById('dialog');
const body = document.getElementById('dialog-body');
const menu = document.getElementById('row-menu');

let opener;
let isLeaving = false;
let returnTo;
/** What had the focus when a dialog closed; a list that comes anew would lose it. */
let cameFrom;

/** Shows a dialog that Back closes; the page beneath stays as it is. */
export function showLayer(layer) {
  history.pushState({ layer: layer.id }, '');
  layer.showModal();
}

/** Takes the entry of a closed dialog off the history again; the focus follows once the browser has gone back. */
export function leaveLayer(layer, focusOn) {
  returnTo = focusOn;
  if (history.state?.layer !== layer.id) return;
  isLeaving = true;
  history.back();
}

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest('a[data-menu], a[data-dialog], #dialog [data-close]');
  if (!link) return;
  event.preventDefault();
  if (link.matches('[data-close]')) dialog.close();
  else if (link.matches('[data-menu]')) void openMenu(link);
  else void openDialog(link.href, link.closest('[popover]') ? (menuOpener ?? link) : link);
});

let menuOpener;

async function openMenu(link) {
  menuOpener = link;
  await load(link.href, menu, 'innerHTML');
}

export function openDialog(href, from) {
  opener = from ?? document.activeElement;
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
  // What went wrong stands in the messages, which a dialog would cover.
  if (target.id === 'messages' && dialog.open) dialog.close();
  if (target !== body) return;
  const said = body.querySelector('[data-said]');
  if (said && endWith(said)) return;
  for (const open of document.querySelectorAll('[popover]:popover-open')) open.hidePopover();
  dialog.setAttribute('aria-label', body.querySelector('h1, h2')?.textContent.trim() ?? '');
  if (!dialog.open) {
    opener ??= document.activeElement;
    showLayer(dialog);
  }
  dialog.scrollTop = 0;
  (body.querySelector('[autofocus]') ?? body.querySelector('[data-close]') ?? dialog.querySelector('.close'))?.focus();
  if (body.querySelector('[data-done]')) void forgetTicks().then(refresh);
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

async function forgetTicks() {
  const { forget } = await import('./selection.js');
  forget();
}

/** What was done shows in the list beneath. */
async function refresh() {
  const list = document.querySelector('[data-list]');
  if (!list) return;
  await load(location.pathname + location.search, list, 'outerMorph show:none');
  if (document.activeElement === document.body) (again(cameFrom) ?? document.getElementById('main')).focus();
}

/** The same element where it is still there; else what stands for it in the row that took the place of its own. */
function again(element) {
  if (element?.isConnected) return element;
  const row = document.getElementById(element?.closest('tr')?.id);
  return row?.querySelector(element.matches('[data-menu]') ? '[data-menu]' : '.name a');
}

dialog.addEventListener('close', () => {
  const from = again(opener);
  cameFrom = from;
  body.replaceChildren();
  opener = undefined;
  (from ?? document.getElementById('main')).focus();
  leaveLayer(dialog, from);
});

dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});

// Back closes the dialog, and leaves the page as it is.
window.addEventListener('popstate', () => {
  for (const layer of document.querySelectorAll('dialog[open]')) {
    isLeaving = true;
    layer.close();
  }
  setTimeout(() => {
    isLeaving = false;
    again(returnTo)?.focus();
    returnTo = undefined;
  }, 100);
});
document.addEventListener('htmx:before:history:restore', (event) => {
  if (isLeaving) event.preventDefault();
  // The next step back may be meant.
  isLeaving = false;
});
