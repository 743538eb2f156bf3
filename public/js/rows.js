// What the rows of a list say twice, and what they can do only with scripts, is made here: it would stand on each page fifty times.

import './actions.js';
import './copying.js';
import { exactFor } from './moments.js';
import './picker.js';

const { zone, dates } = document.documentElement.dataset;
const exact = exactFor({ zone, dates });
/** Where rows are cards. */
const isNarrow = matchMedia('(width < 46rem)');

function dress() {
  for (const row of document.querySelectorAll('.listed tbody > tr')) {
    const link = row.querySelector('.name > a');
    const name = link.textContent;
    row.querySelector('input')?.setAttribute('aria-label', `Tick ${name}`);
    row.querySelector('.menus td:last-child > a')?.setAttribute('aria-label', `Actions for ${name}`);
    row.querySelector('.email')?.append(copierOf(row.querySelector('.email').textContent.trim(), name));
    offerAll(row.querySelector('p > span:not(.chip)'), link.pathname, name);
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

/** Like the style sheet, by where it leads. */
const TO_ALL = 'a[href$="/groups"]';

/** The way to all groups says how many there are where a row has room for three; and where it has room for one only, also of those who have no more. */
function offerAll(line, record, name) {
  if (!line) return;
  const named = line.parentElement.querySelectorAll(`a:not(${TO_ALL})`).length;
  const others = line.querySelector(TO_ALL) ?? Object.assign(document.createElement('a'), { href: `${record}/groups` });
  const beyond = Number.parseInt(others.textContent, 10) || 0;
  others.classList.toggle('past-first', beyond === 0);
  others.replaceChildren(
    ...(beyond > 0 ? [span(`+${beyond}`, 'past-third')] : []),
    span(`+${beyond + named - 1}`, 'past-first'),
    span(`: all groups of ${name}`, 'unseen'),
  );
  line.append(others);
}

function span(textContent, className) {
  return Object.assign(document.createElement('span'), { textContent, className });
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
