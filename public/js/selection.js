// Ticking users: a range with Shift, the page at once, and what is ticked stays so through paging, sorting and searching.

const KEPT = 'roster-ticked';
const chosen = new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? '[]'));
const boxes = () => [...document.querySelectorAll('#users-table input[name="ids"]')];
const everybody = () => document.getElementById('all-matching');
let last;

/** What the number means, always in words. */
function words(ticked, here, total) {
  if (everybody().checked) return total === '1' ? 'The 1 matching is meant' : `All ${total} matching are meant`;
  if (ticked === 0) return `None of ${total} ticked`;
  if (ticked === here) return `${ticked.toLocaleString('en')} of ${total} matching`;
  return `${ticked.toLocaleString('en')} ticked, ${here} of them on this page`;
}

function show() {
  const form = document.getElementById('bulk-form');
  if (!form) return;
  const all = boxes();
  for (const box of all) box.checked = chosen.has(box.value);
  const here = all.filter((box) => box.checked).length;
  const output = document.getElementById('ticked');
  output.textContent = words(chosen.size, here, output.dataset.total);
  for (const button of form.querySelectorAll('button[name="action"]'))
    button.disabled = chosen.size === 0 && !everybody().checked;
  document.getElementById('untick').disabled = chosen.size === 0;
  const page = document.getElementById('tick-page');
  if (page) {
    page.hidden = false;
    page.checked = here > 0 && here === all.length;
    page.indeterminate = here > 0 && here < all.length;
  }
}

function choose(some, isTicked) {
  for (const box of some) chosen[isTicked ? 'add' : 'delete'](box.value);
  sessionStorage.setItem(KEPT, JSON.stringify([...chosen]));
  show();
}

export function forget() {
  choose(
    [...chosen].map((value) => ({ value })),
    false,
  );
}

/** The box alone, or with Shift all from the last one to it. */
export function tick(box, isTicked, isRange) {
  const all = boxes();
  const [from, to] = isRange && all.includes(last) ? [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b) : [];
  choose(from === undefined ? [box] : all.slice(from, to + 1), isTicked);
  last = box;
}

document.addEventListener('click', (event) => {
  const box = event.target;
  if (box.name === 'ids') tick(box, box.checked, event.shiftKey);
  if (box.closest('#untick')) forget();
});

document.addEventListener('change', ({ target }) => {
  if (target.id === 'tick-page') choose(boxes(), target.checked);
  if (target.id === 'all-matching') show();
});

// However many pages they were ticked on, they are sent as one field.
document.addEventListener('formdata', ({ target, formData }) => {
  if (target.id !== 'bulk-form') return;
  formData.delete('ids');
  if (chosen.size > 0) formData.set('ids', [...chosen].join(','));
});

// New rows are new, and so are numbers: a tick must never slip to another user, and nothing slides from place to place.
document.addEventListener('htmx:before:swap', ({ detail }) => {
  if (detail.ctx?.target?.id !== 'users-list') return;
  for (const part of document.querySelectorAll('#users-table > tbody, #filters .count, #users-list .chips'))
    part.replaceChildren();
});
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx?.target?.id !== 'users-list') return;
  // All of the view before is not all of this one.
  if (everybody()) everybody().checked = false;
  show();
});
window.addEventListener('pageshow', show);
show();
