// A list: its sidebar, where what is folded away stays so, and which on a narrow window is a sheet, as the order is; the ways past
// its rows; and what a swap of it is to those who do not see it: it is busy, its result is said once, and the focus stays near.

document.addEventListener(
  'toggle',
  ({ target }) => {
    if (!target.matches?.('#filters > details')) return;
    const turned = [...document.querySelectorAll('#filters > details')].filter(
      (fold) => fold.open === 'rests' in fold.dataset,
    );
    const folded = turned.map((fold) => fold.id.replace('fold-', ''));
    const { list } = document.querySelector('[data-list]').dataset;
    // The server reads it, so that the next page comes folded and nothing moves.
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is there over TLS only.
    document.cookie = `roster-folded=${folded.join('.')}; path=${list}; max-age=31536000; samesite=lax`;
  },
  true,
);

/** As long as a list may be in an address; browsers send it three times with each request. */
const LONGEST_ADDRESS = 4_000;

// A field of one line would lose where the lines of a pasted list end.
document.addEventListener('paste', (event) => {
  const field = event.target;
  const pasted = event.clipboardData?.getData('text/plain').trim() ?? '';
  if (!field.matches?.('#q[data-longest]') || !/[\n\r\t]/.test(pasted)) return;
  event.preventDefault();
  const replaced = field.selectionEnd - field.selectionStart;
  const room = Number(field.dataset.longest) - (field.value.length - replaced);
  const fits = (text) => text.length <= room && encodeURIComponent(text).length <= LONGEST_ADDRESS;
  let kept = '';
  for (const entry of pasted.split(/[\n\r\t,;]+/)) {
    const longer = kept === '' ? entry.trim() : `${kept},${entry.trim()}`;
    if (fits(`${longer},…`)) kept = longer;
    else {
      // The server knows this mark, and tells that something was left out.
      kept += ',…';
      break;
    }
  }
  field.setRangeText(kept, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
});

const isNarrow = matchMedia('(width < 62rem)');

function dress() {
  document.getElementById('filters')?.toggleAttribute('popover', isNarrow.matches);
}

/** Past all rows to the filters: the one in force, or the first. */
export function reachFilters(source) {
  const filters = document.getElementById('filters');
  if (filters?.popover && !filters.matches(':popover-open')) filters.showPopover({ source });
  const links = [...(filters?.querySelectorAll('li > a') ?? [])].filter((link) => link.checkVisibility());
  (links.find((link) => link.ariaCurrent) ?? links[0] ?? filters?.querySelector('summary'))?.focus();
}

/** Past all rows to what can be done: with those that are ticked, or to choose all; on a record, with the one. */
export function reachActions() {
  const bar = document.querySelector('.action-bar, .actions');
  const first =
    bar?.querySelector('[name="action"]:not(:disabled, [popover] *)') ??
    bar?.querySelector('[type="checkbox"], a, button');
  (first ?? bar)?.focus();
}

/** What the head of the table offers, where there is no room for one. */
document.addEventListener(
  'beforetoggle',
  ({ target, newState }) => {
    if (target.id !== 'sorting' || newState !== 'open') return;
    const menu = Object.assign(document.createElement('ul'), { className: 'menu', ariaLabel: 'Sort by' });
    for (const head of list().querySelectorAll('.listed thead th:has(> a)')) {
      const item = document.createElement('li');
      const link = head.firstElementChild.cloneNode(true);
      if (head.ariaSort) {
        link.ariaCurrent = 'true';
        link.firstElementChild.append(
          Object.assign(document.createElement('span'), { className: 'unseen', textContent: `, ${head.ariaSort}` }),
        );
      }
      item.append(link);
      menu.append(item);
    }
    target.replaceChildren(menu);
    htmx.process(target);
  },
  true,
);

document.addEventListener('click', (event) => {
  if (event.target.closest('#sorting a')) document.getElementById('sorting').hidePopover();
  const link = event.target.closest('[href="#filters"], [href="#actions"]');
  if (!link) return;
  event.preventDefault();
  if (link.hash === '#filters') reachFilters(link);
  else reachActions();
});

isNarrow.addEventListener('change', dress);
document.addEventListener('htmx:after:swap', dress);
dress();

const list = () => document.querySelector('[data-list]');
const result = () => list().querySelector('.result');
const isOfList = ({ detail }) => detail.ctx?.target?.matches?.('[data-list]');

/** The latest: one that it took the place of ends later than it begins. */
let underWay;
let saidBefore;
let place;

document.addEventListener('htmx:before:request', (event) => {
  if (!isOfList(event)) return;
  underWay = event.detail.ctx;
  list().setAttribute('aria-busy', 'true');
});
document.addEventListener('htmx:finally:request', ({ detail }) => {
  if (detail.ctx === underWay) list()?.removeAttribute('aria-busy');
});

// Before anything of it is gone.
document.addEventListener(
  'htmx:before:swap',
  (event) => {
    if (!isOfList(event)) return;
    saidBefore = result().textContent;
    place = placeOf(document.activeElement);
  },
  true,
);
document.addEventListener('htmx:after:swap', (event) => {
  if (!isOfList(event)) return;
  if (place && document.activeElement === document.body) neighbourOf(place).focus();
  // A text that did not change would not be read: another page, another filter with as many.
  if (result().textContent === saidBefore) result().replaceChildren(...result().childNodes);
});

/** What else has the focus is no part of the list, or is found again by whoever opened it: a row. */
function placeOf(element) {
  if (!element.closest('[data-list]') || element.closest('tbody')) return undefined;
  const chips = [...list().querySelectorAll('.chips a')];
  return { among: element.closest('.chips, .pager'), at: chips.indexOf(element) };
}

/** The filter that took the place of the removed one, or was before it; the other way through the pages; else where filters begin. */
function neighbourOf({ among, at }) {
  const chips = list().querySelectorAll('.chips a:not(.clear)');
  const way = list().querySelector('.pager > a[rel]');
  if (among?.matches('.chips') && chips.length > 0) return chips[Math.min(at, chips.length - 1)];
  if (among?.matches('.pager') && way) return way;
  const filters = list().querySelector('.to-filters');
  return filters.checkVisibility() ? filters : document.getElementById('q');
}
