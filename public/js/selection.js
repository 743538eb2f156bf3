// Ticking rows of a list: a range with Shift, the page at once, all that match but some; and what is ticked stays so through paging, sorting and searching.

import { toast } from './roster.js';

const list = () => document.querySelector('[data-list]');
const form = () => document.querySelector('form[data-bulk]');
/** So many of those left out stand in a header; more of them are sent as the form sends them that turns a page without scripts. */
const MOST_IN_HEADER = 200;
/** Each person has ticks of their own on each list: whoever signs in next in this tab has ticked nothing yet. */
const theirs = `roster-ticked ${document.documentElement.dataset.viewer} `;
const kept = `${theirs}${list()?.dataset.list}`;
const keptAll = `${kept} all`;
for (const key of Object.keys(sessionStorage))
  if (key.startsWith('roster-ticked') && !key.startsWith(theirs)) sessionStorage.removeItem(key);
const boxes = () => [...(list()?.querySelectorAll('tbody input[name="ids"]') ?? [])];
const everybody = () => document.querySelector('[data-all-matching]');
const output = () => form().querySelector('[data-ticked]');
/** Who is ticked by hand. */
let chosen = new Set();
/** Where all of a view are ticked: which view, and who of it is not. */
let all;
/** Those of them who match, by what the server says and by the rows that are shown; undefined where it is not known yet. */
let left;
let last;

function recall() {
  const known = sessionStorage.getItem(kept);
  if (known === null) return takeOver();
  chosen = new Set(JSON.parse(known));
  const { view, except } = JSON.parse(sessionStorage.getItem(keptAll) ?? '{}');
  all = view && { view, except: new Set(except) };
  // A page that was opened does not tell who is left out.
  left = all?.except.size ? undefined : new Set();
}

/** Whoever was quicker than this script has ticked something on a first visit; or it was ticked where there were no scripts yet. */
function takeOver() {
  if (!everybody()?.checked) chosen = new Set(boxes().flatMap((box) => (box.checked ? [box.value] : [])));
  else all = allBut(told() ?? []);
  left = new Set(all?.except);
  if (all || chosen.size > 0) keep();
}

function allBut(except) {
  return { view: viewHere(), except: new Set(except) };
}

/** Who is left out and matches, by the page that was sent; undefined where it was not asked. */
function told() {
  const ids = form()?.querySelector('[data-ticked]').dataset.except;
  return ids === undefined ? undefined : ids.split(',').filter(Boolean);
}

/** What of an address does not matter to whom a view means: its order, its pages, and how much the sidebar offers. */
const MEANS_NOBODY = ['sort', 'per', 'rights', 'after', 'before', 'ticked', 'except'];

function meaningOf(address) {
  const url = new URL(address, location.href);
  for (const name of MEANS_NOBODY) url.searchParams.delete(name);
  return url.pathname + url.search;
}

const viewHere = () => form() && meaningOf(form().elements.view.value);
const isAll = () => Boolean(all && everybody());

function keep() {
  sessionStorage.setItem(kept, JSON.stringify([...chosen]));
  sessionStorage.setItem(keptAll, JSON.stringify(all ? { view: all.view, except: [...all.except] } : {}));
}

/** How many are ticked; undefined where the server was not asked yet. */
function count() {
  if (!isAll()) return chosen.size;
  return left && Number(output().dataset.ticked) - left.size;
}

/** What the number means, always in words. */
function words(here) {
  const total = Number(output().dataset.ticked);
  const ticked = count();
  // As long as nothing is counted, nobody knows of how many.
  if (!output().dataset.ticked) return ticked === 0 ? 'None ticked' : `${ticked.toLocaleString('en')} ticked`;
  const [number, of] = [ticked?.toLocaleString('en') ?? '…', total.toLocaleString('en')];
  if (isAll() && ticked === total) return total === 1 ? 'The 1 matching is meant' : `All ${of} matching are meant`;
  if (isAll()) return `${number} of ${of} matching ${ticked === 1 ? 'is' : 'are'} meant`;
  if (ticked === 0) return `None of ${of} ticked`;
  if (ticked === here) return `${number} ticked of ${of} matching`;
  return `${number} ticked, ${here} of them on this page`;
}

function show(isSwapped = false) {
  // All of the view before is not all of this one.
  if (list() && all && all.view !== viewHere()) {
    all = undefined;
    keep();
  }
  if (!form()) return;
  const rows = boxes();
  for (const box of rows) box.checked = isAll() ? !all.except.has(box.value) : chosen.has(box.value);
  const here = rows.filter((box) => box.checked).length;
  const said = output().cloneNode();
  said.textContent = words(here);
  // Read aloud is what changes in what is there, and nothing that comes in its place: a swap has its own result to tell.
  if (isSwapped) output().replaceWith(said);
  else output().textContent = said.textContent;
  for (const button of form().querySelectorAll('button[name="action"], [data-untick]')) button.disabled = count() === 0;
  if (everybody()) Object.assign(everybody(), { checked: isAll(), indeterminate: isAll() && left?.size !== 0 });
  const page = document.querySelector('[data-tick-page]');
  if (page) {
    page.hidden = false;
    page.checked = here > 0 && here === rows.length;
    page.indeterminate = here > 0 && here < rows.length;
  }
}

function choose(some, isTicked) {
  if (isAll()) leaveOut(some, !isTicked);
  else {
    all = undefined;
    if (!isTicked || haveRoom(chosen, some, 'ticked one by one'))
      for (const { value } of some) chosen[isTicked ? 'add' : 'delete'](value);
  }
  keep();
  show();
}

function leaveOut(some, isLeft) {
  if (isLeft && !haveRoom(all.except, some, 'left out of all that match')) return;
  for (const { value } of some) {
    all.except[isLeft ? 'add' : 'delete'](value);
    left?.[isLeft ? 'add' : 'delete'](value);
  }
}

/** Whether they go into one form besides those; where they do not, it is said. */
function haveRoom(those, some, done) {
  const most = Number(form().dataset.bulk);
  if (new Set([...those, ...some.map((box) => box.value)]).size <= most) return true;
  toast(`At most ${most.toLocaleString('en')} can be ${done}. Narrow the view by a filter.`);
  return false;
}

/** All that match, without exception; or nobody. */
function chooseAll(isTicked) {
  chosen.clear();
  all = isTicked ? allBut([]) : undefined;
  left = new Set();
  keep();
  show();
}

export function forget() {
  chooseAll(false);
}

/** The box alone, or with Shift all from the last one to it. */
export function tick(box, isTicked, isRange) {
  const rows = boxes();
  const [from, to] =
    isRange && rows.includes(last) ? [rows.indexOf(last), rows.indexOf(box)].sort((a, b) => a - b) : [];
  choose(from === undefined ? [box] : rows.slice(from, to + 1), isTicked);
  last = box;
}

document.addEventListener('click', (event) => {
  const box = event.target;
  if (box.name === 'ids') tick(box, box.checked, event.shiftKey);
  if (box.closest('[data-untick]')) {
    forget();
    // Nothing is left that it could do.
    (everybody() ?? document.getElementById('actions')).focus();
  }
});

document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-tick-page]')) choose(boxes(), target.checked);
  // Where some are left out, first of all they come back.
  if (target === everybody()) chooseAll(target.checked || (isAll() && left?.size !== 0));
});

// However many pages they were ticked on, they are sent as one field; or those who are not.
document.addEventListener('formdata', ({ target, formData }) => {
  if (!target.matches('[data-bulk]')) return;
  for (const name of ['ids', 'except', 'listed']) formData.delete(name);
  if (isAll()) formData.set('except', [...all.except].join(','));
  else if (chosen.size > 0) formData.set('ids', [...chosen].join(','));
});

const isOfList = ({ detail }) => detail.ctx?.target?.matches?.('[data-list]');

// How many of them match is the server's to say.
document.addEventListener('htmx:config:request', (event) => {
  if (!isOfList(event) || !isAll()) return;
  const { ctx } = event.detail;
  if (meaningOf(ctx.request.action) !== all.view) return;
  if (all.except.size > MOST_IN_HEADER) ctx.fetch = fetchWithMany;
  else ctx.request.headers['Roster-Except'] = [...all.except].join(',');
});

/** A page of the list, by the form: it leads there. Where it cannot, the page comes without, and how many of them match is not said. */
async function fetchWithMany(path, request) {
  if (meaningOf(path) !== all?.view) return fetch(path, request);
  const body = new URLSearchParams(new FormData(form()));
  body.set('page', path);
  const response = await fetch('/bulk-operations', { ...request, method: 'POST', body });
  if (!response.ok) return fetch(path, request);
  // The address stays that of the view.
  const address = new URL(response.url);
  for (const name of ['ticked', 'except']) address.searchParams.delete(name);
  Object.defineProperty(response, 'url', { value: address.href });
  return response;
}

// New rows are new, and so are numbers: a tick must never slip to another row, and nothing slides from place to place.
document.addEventListener('htmx:before:swap', (event) => {
  if (!isOfList(event)) return;
  for (const part of list().querySelectorAll('tbody, #filters li small, .chips')) part.replaceChildren();
});
document.addEventListener('htmx:after:swap', (event) => {
  if (!isOfList(event)) return;
  const ids = told();
  left = ids || !all?.except.size ? new Set(ids) : undefined;
  show(true);
});

/** A page as it is opened, or shown again. */
function begin() {
  recall();
  show();
  if (isAll() && !left) ask();
}

function ask() {
  const headers = { 'HX-Target': `${list().localName}#${list().id}` };
  const where = { source: list(), target: list(), swap: 'outerMorph show:none', push: 'false' };
  void htmx.ajax('GET', location.pathname + location.search, { ...where, headers });
}

window.addEventListener('pageshow', ({ persisted }) => (persisted ? begin() : show()));
begin();
