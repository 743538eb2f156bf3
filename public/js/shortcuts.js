// Single keys for those who know them. Each does what something on the page does; none while somebody types (WCAG 2.1.4:
// they can be switched off in the own menu).

import { reachActions, reachFilters } from './list.js';
import { openDialog } from './overlay.js';
// Before any single key works the palette does: who presses Ctrl K and types on must not press shortcuts.
import './palette.js';
import { tick } from './selection.js';

const PATIENCE = 1000;
let isGoing = false;

const rows = () => [...document.querySelectorAll('[data-list] tbody tr')];
const current = () => document.activeElement?.closest('[data-list] tbody tr');
const nameOf = (row) => row?.querySelector('.name a');

function move(by) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at === -1 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  nameOf(next)?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function tickCurrent(isRange) {
  const box = current()?.querySelector('input[name="ids"]');
  if (box) tick(box, isRange || !box.checked, isRange);
}

const KEYS = {
  '/': () => document.getElementById('q')?.select(),
  f: () => reachFilters(),
  a: () => reachActions(),
  j: () => move(1),
  k: () => move(-1),
  x: () => tickCurrent(false),
  X: () => tickCurrent(true),
  e: () =>
    // Who may change nobody has no boxes to tick either.
    follow(
      current()?.matches(':not([data-read])') && current().querySelector('input[name="ids"]')
        ? `${nameOf(current()).pathname}/edit`
        : document.querySelector('[data-key="e"]')?.href,
    ),
  n: () => follow(document.querySelector('[data-key="n"]')?.href),
  '?': () => openDialog('/shortcuts'),
};

/** The tabs by their first letter, after `g`. */
const tab = (letter) =>
  [...document.querySelectorAll('.tabs a')].find((one) => one.textContent.trim().toLowerCase().startsWith(letter))
    ?.href;

function follow(href) {
  if (href) location.assign(href);
}

function isTyping(target) {
  return target.isContentEditable || (target.matches?.('input, select, textarea') && target.type !== 'checkbox');
}

document.addEventListener('keydown', (event) => {
  if (document.documentElement.dataset.shortcuts === 'off') return;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector('dialog[open], [popover]:popover-open')) return;
  const { key } = event;
  if (isGoing) {
    isGoing = false;
    follow(tab(key));
  } else if (key === 'g') {
    isGoing = true;
    setTimeout(() => {
      isGoing = false;
    }, PATIENCE);
  } else if (KEYS[key]) {
    event.preventDefault();
    KEYS[key]();
  }
});
