// The palette: what the page /search finds, as a list to choose from while one types.

import Combobox from './combobox.js';
import { leaveLayer, openDialog, showLayer } from './overlay.js';

const palette = document.getElementById('palette');
const input = palette.querySelector('input');
const results = document.getElementById('palette-results');
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
/** What was chosen leads somewhere else, and takes its own place in the history. */
let isFollowed = false;

export function openPalette() {
  if (palette.open) return;
  opener = document.activeElement;
  isFollowed = false;
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
  combobox.stop();
  if (!isFollowed) leaveLayer(palette, opener);
});
palette.addEventListener('click', (event) => {
  if (event.target === palette) palette.close();
});

// The links and buttons of the page are the options of the list: what is chosen is followed, or sent.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx.target !== results) return;
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
  const link = event.target.closest('a, button');
  if (!link) return;
  const preference = document.querySelector(`.preferences [name="${link.name}"][value="${link.value}"]`);
  isFollowed = !preference;
  palette.close();
  // The own menu holds the same choice, and knows how to keep it.
  if (preference) {
    event.preventDefault();
    preference.click();
  }
  if (!link.matches('[data-dialog]') || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  openDialog(link.href);
});

// Enter takes what is chosen; a form that is sent would only show the same on a page.
input.form.addEventListener('submit', (event) => {
  if (results.querySelector('[role=option]')) event.preventDefault();
});
