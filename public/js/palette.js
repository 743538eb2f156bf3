// The palette: what the page /search finds, as a list to choose from while one types.

import Combobox from './combobox.js';
import { closeOnBackdrop, leave, showLayer } from './layers.js';
import { openDialog } from './overlay.js';

const palette = Object.assign(document.createElement('dialog'), { id: 'palette', ariaLabel: 'Jump to' });
palette.innerHTML = `<form class="jump" method="get" action="/search">
  <svg class="icon" aria-hidden="true"><use href="${new URL('../icons.svg', import.meta.url).pathname}#search"/></svg>
  <input name="q" type="search" aria-label="Jump to a user, a group, a contact, a page or an action" placeholder="Jump to…"
    autocomplete="off" spellcheck="false" maxlength="200" hx-get="/search" hx-trigger="input delay:80ms, opened"
    hx-target="#palette-results" hx-swap="innerHTML" hx-sync="this:replace">
  <kbd>Esc</kbd>
</form>
<div id="palette-results"></div>`;
document.body.append(palette);
htmx.process(palette);

const input = palette.querySelector('input');
const results = palette.querySelector('#palette-results');
const combobox = new Combobox(input, results, { firstOptionSelectionMode: 'selected', tabInsertsSuggestions: false });

results.setAttribute('role', 'listbox');
results.setAttribute('aria-label', 'Found');

// Whoever types and presses Enter at once means what they typed, not what was found before: it waits for the answer.
let isStale = false;
let isAwaited = false;
input.addEventListener('input', () => {
  isStale = true;
});
input.addEventListener(
  'keydown',
  (event) => {
    isAwaited = event.key === 'Enter' && isStale && !event.isComposing;
    if (!isAwaited) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

let opener;

closeOnBackdrop(palette);

// By the first Esc: a search field would only lose its text by that one.
palette.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.isComposing) return;
  event.preventDefault();
  void leave(palette, opener);
});

export function openPalette() {
  if (palette.open) return;
  opener = document.activeElement;
  showLayer(palette);
  input.select();
  combobox.start();
  htmx.trigger(input, 'opened');
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-palette]') || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  openPalette();
});
document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  openPalette();
});
palette.addEventListener('close', () => {
  // Told a moment later, when it may have been opened again.
  if (palette.open) return;
  combobox.stop();
  void leave(palette, opener);
});

/** What was begun is typed on. */
function complete(words) {
  input.value = words;
  input.focus();
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** What can be done to the ticked rows of the list behind it, first of all, as the bar of the list would do it. */
function offerTicked() {
  const ticked = document.querySelectorAll('input[name=ids]:checked').length;
  if (ticked === 0) return;
  const words = input.value.trim().toLowerCase();
  const inBar = [...document.querySelectorAll('#bulk-form button[name=action]:not(:disabled)')].map(
    ({ value, textContent }) => ({ value, label: textContent.trim() }),
  );
  const called = [...inBar, ...(inBar.length > 0 ? [EXPORTING] : [])].filter(
    ({ value, label }) =>
      (words !== '' || value !== EXPORTING.value) && ` ${label.toLowerCase()}`.includes(` ${words}`),
  );
  const further = inBar.length > 0 ? foundFor(subjectOfList()) : [];
  const meant = [...called, ...further.filter(({ value }) => !called.some((one) => one.value === value))];
  // Those that are called otherwise stand behind the last button of the bar; somebody may as well be looked for.
  const offered = meant.length > 0 ? meant : inBar.filter(({ value }) => value === 'choose');
  if (offered.length === 0) return;
  const list = document.createElement('ul');
  list.className = 'menu';
  for (const { value, label } of offered) {
    const option = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet' });
    option.textContent = `${label}: ${document.getElementById('ticked').textContent}`;
    option.dataset.presses = value;
    const item = document.createElement('li');
    item.append(option);
    list.append(item);
  }
  results.querySelector('.found')[meant.length > 0 ? 'prepend' : 'append'](list);
}

const EXPORTING = { value: 'export', label: 'Export …' };

const subjectOfList = () => document.querySelector('#bulk-form [name=subject]')?.value || 'user';

/** What the server found under what was typed and can be done to many of the list. */
function foundFor(subject) {
  return [...results.querySelectorAll('[data-does]')].flatMap(({ dataset }) =>
    dataset.does
      .split(' ')
      .filter((one) => one.startsWith(`${subject}/`))
      .map((one) => ({ value: one.slice(subject.length + 1), label: dataset.completes.trim() })),
  );
}

/** As the button of the bar does, which has none for most. */
function pressed(value) {
  const form = document.getElementById('bulk-form');
  const button = form.querySelector(`button[name=action][value="${value}"]`);
  if (button) return button.click();
  const further = Object.assign(document.createElement('button'), { name: 'action', value, hidden: true });
  form.append(further);
  further.click();
  further.remove();
}

// The links and buttons of the page are the options of the list: what is chosen is followed, or sent.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx.target !== results) return;
  offerTicked();
  for (const list of results.querySelectorAll('ul')) list.setAttribute('role', 'group');
  for (const item of results.querySelectorAll('.found, h2, p, li, form')) item.setAttribute('role', 'presentation');
  for (const [n, link] of [...results.querySelectorAll('a, button')].entries()) {
    Object.assign(link, { id: `option-${n}`, tabIndex: -1 });
    link.setAttribute('role', 'option');
  }
  combobox.resetSelection();
  isStale = new URL(detail.ctx.request.action, location.href).searchParams.get('q') !== input.value;
  if (isAwaited && !isStale) results.querySelector('[aria-selected="true"]')?.click();
});

results.addEventListener('click', (event) => {
  const chosen = event.target.closest('a, button');
  if (!chosen) return;
  // In a new tab, and this one stays as it is.
  if (event.ctrlKey || event.metaKey) return palette.close();
  event.preventDefault();
  event.stopPropagation();
  if (chosen.dataset.completes) return complete(chosen.dataset.completes);
  const follow = followerOf(chosen);
  void leave(palette, opener).then(follow);
});

/** What is chosen is followed when the palette is gone from the history. */
function followerOf(chosen) {
  if (chosen.form?.matches('[action="/preferences"]')) return () => keep(chosen);
  const { presses } = chosen.dataset;
  if (presses) return () => pressed(presses);
  if (chosen.matches('button')) return () => chosen.form.requestSubmit(chosen);
  if (chosen.matches('[data-dialog]')) return () => openDialog(chosen.href);
  return () => location.assign(chosen.href);
}

/** A preference holds at once, and the page stays; the own menu shows it, where it was opened. */
function keep({ name, value, form }) {
  const values = Object.fromEntries(new FormData(form));
  document.documentElement.dataset[name] = value;
  const choice = document.querySelector(`.preferences [name="${name}"][value="${value}"]`);
  if (choice) choice.checked = true;
  void htmx.ajax('POST', form.action, { source: document.body, swap: 'none', values: { ...values, [name]: value } });
}

// Enter takes what is chosen; a form that is sent would only show the same on a page.
input.form.addEventListener('submit', (event) => {
  if (results.querySelector('[role=option]')) event.preventDefault();
});
