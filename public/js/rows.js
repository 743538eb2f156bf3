// What the rows of a list say twice, and what they can do only with scripts, is made here: it would stand on each page fifty times.

import './actions.js';
import './copying.js';
import { exactFor } from './moments.js';

/** How many groups a row shows at most. */
const SHOWN = 3;

const { zone, dates } = document.documentElement.dataset;
const exact = exactFor({ zone, dates });
/** Where rows are cards. */
const isNarrow = matchMedia('(width < 46rem)');

function dress() {
  for (const row of document.querySelectorAll('.listed tbody > tr')) {
    const name = row.querySelector('.name > a').textContent;
    row.querySelector('input')?.setAttribute('aria-label', `Tick ${name}`);
    row.querySelector('.menus td:last-child > a')?.setAttribute('aria-label', `Actions for ${name}`);
    row.querySelector('.email')?.append(copierOf(row.querySelector('.email').textContent.trim(), name));
    offerAll(row.querySelector('.several > div > div'), name);
  }
  if (isNarrow.matches) tellRoles();
}

const icon = document.createElement('template');
icon.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${new URL('../icons.svg', import.meta.url).pathname}#copy"/></svg>`;

function copierOf(email, name) {
  const copier = buttonOf('square copier');
  copier.dataset.copyText = email;
  copier.setAttribute('aria-label', `Copy email of ${name}`);
  copier.append(icon.content.cloneNode(true));
  return copier;
}

function buttonOf(looks) {
  return Object.assign(document.createElement('button'), { type: 'button', className: `quiet small ${looks}` });
}

const groups = Object.assign(document.createElement('ul'), { className: 'group-list', popover: 'auto' });
document.body.append(groups);

/** The way to all groups, in the place of the link to the record; and for windows that have room for one only, where three fit. */
function offerAll(line, name) {
  if (!line) return;
  line.querySelector('.others')?.remove();
  const number = line.parentElement.querySelectorAll('a').length;
  const button = buttonOf('others');
  button.classList.toggle('past-first', number <= SHOWN);
  if (number > SHOWN) button.append(span(`+${number - SHOWN}`, 'past-third'));
  button.append(span(`+${number - 1}`, 'past-first'), span(`: all groups of ${name}`, 'unseen'));
  button.popoverTargetElement = groups;
  line.append(button);
}

function span(textContent, className) {
  return Object.assign(document.createElement('span'), { textContent, className });
}

let shownFor;

// Before the browser opens it.
document.addEventListener('click', ({ target }) => {
  const button = target.closest('button.others');
  if (!button) return;
  // Open for another row, it would only close.
  if (button !== shownFor) groups.hidePopover();
  shownFor = button;
  groups.replaceChildren(...[...button.closest('.several').querySelectorAll('a')].map(itemOf));
});

function itemOf(link) {
  const item = document.createElement('li');
  const group = link.cloneNode(true);
  const ended = group.querySelector('.unseen');
  ended?.remove();
  group.removeAttribute('class');
  item.append(group);
  if (ended) item.append(' ', span('ended', 'note'));
  return item;
}

const ROLES = { table: 'table', thead: 'rowgroup', tbody: 'rowgroup', tr: 'row', td: 'cell' };

/** Laid out as cards, a table is none for every browser, unless it says so. */
function tellRoles() {
  const roleOf = (part) => ROLES[part.localName] ?? (part.scope === 'col' ? 'columnheader' : 'rowheader');
  for (const part of document.querySelectorAll('.listed, .listed :is(thead, tbody, tr, th, td)'))
    part.role = isNarrow.matches ? roleOf(part) : null;
}

/** Where a reader looks closer: the exact moment of a relative one, and what may be cut off. */
function tellMore({ target }) {
  const row = target.closest?.('.listed tbody > tr');
  if (!row) return;
  for (const time of row.querySelectorAll('time:not([data-exact])')) time.dataset.exact = exact(time.dateTime);
  for (const text of row.querySelectorAll(':is(.email, .full):not([title])')) text.title = text.textContent.trim();
}

document.addEventListener('pointerover', tellMore);
document.addEventListener('focusin', tellMore);
isNarrow.addEventListener('change', tellRoles);
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx.target.matches?.('[data-list]')) dress();
});
dress();
