// Menus of rows, and dialogs: pages of one thing to do, shown above the page they were opened from.

const dialog = document.getElementById('dialog');
const body = document.getElementById('dialog-body');
const menu = document.getElementById('row-menu');

let opener;
let isLeaving = false;
let returnTo;

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
  if (target !== body) return;
  for (const open of document.querySelectorAll('[popover]:popover-open')) open.hidePopover();
  dialog.setAttribute('aria-label', body.querySelector('h1, h2')?.textContent.trim() ?? '');
  if (!dialog.open) {
    opener ??= document.activeElement;
    showLayer(dialog);
  }
  dialog.scrollTop = 0;
  (body.querySelector('[autofocus]') ?? body.querySelector('[data-close]') ?? dialog.querySelector('.close'))?.focus();
  if (body.querySelector('[data-done]')) void refresh();
});

/** What was done shows in the list beneath, and is no longer ticked. */
async function refresh() {
  const list = document.querySelector('[data-list]');
  if (!list) return;
  const { forget } = await import('./selection.js');
  forget();
  const focused = document.activeElement;
  await load(location.pathname + location.search, list, 'outerMorph show:none');
  if (focused.isConnected) focused.focus();
}

dialog.addEventListener('close', () => {
  const from = opener?.isConnected ? opener : document.getElementById(opener?.closest('tr')?.id)?.querySelector('a');
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
    returnTo?.focus();
    returnTo = undefined;
  }, 100);
});
document.addEventListener('htmx:before:history:restore', (event) => {
  if (isLeaving) event.preventDefault();
  // The next step back may be meant.
  isLeaving = false;
});
