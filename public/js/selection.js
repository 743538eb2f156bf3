// Ticking rows of a list: a range with Shift, the page at once, and what is ticked stays so through paging, sorting and searching.

const list = () => document.querySelector('[data-list]');
/** Each person has ticks of their own on each list: whoever signs in next in this tab has ticked nothing yet. */
const theirs = `roster-ticked ${document.documentElement.dataset.viewer} `;
const kept = `${theirs}${list()?.dataset.list}`;
for (const key of Object.keys(sessionStorage))
  if (key.startsWith('roster-ticked') && !key.startsWith(theirs)) sessionStorage.removeItem(key);
const boxes = () => [...(list()?.querySelectorAll('tbody input[name="ids"]') ?? [])];
const known = sessionStorage.getItem(kept);
// Whoever was quicker than this script has ticked something on a first visit.
const chosen = new Set(known ? JSON.parse(known) : boxes().flatMap((box) => (box.checked ? [box.value] : [])));
const everybody = () => document.querySelector('[data-all-matching]');
let last;

/** What the number means, always in words. */
function words(ticked, here, total) {
  if (everybody()?.checked) return total === '1' ? 'The 1 matching is meant' : `All ${total} matching are meant`;
  if (ticked === 0) return `None of ${total} ticked`;
  if (ticked === here) return `${ticked.toLocaleString('en')} ticked of ${total} matching`;
  return `${ticked.toLocaleString('en')} ticked, ${here} of them on this page`;
}

function show(isSwapped = false) {
  const form = document.querySelector('form[data-bulk]');
  if (!form) return;
  const all = boxes();
  for (const box of all) box.checked = everybody()?.checked || chosen.has(box.value);
  const here = all.filter((box) => box.checked).length;
  const output = form.querySelector('[data-ticked]');
  const said = output.cloneNode();
  said.textContent = words(chosen.size, here, output.dataset.ticked);
  // Read aloud is what changes in what is there, and nothing that comes in its place: a swap has its own result to tell.
  if (isSwapped) output.replaceWith(said);
  else output.textContent = said.textContent;
  for (const button of form.querySelectorAll('button[name="action"]'))
    button.disabled = chosen.size === 0 && !everybody()?.checked;
  form.querySelector('[data-untick]').disabled = chosen.size === 0 && !everybody()?.checked;
  const page = document.querySelector('[data-tick-page]');
  if (page) {
    page.hidden = false;
    page.checked = here > 0 && here === all.length;
    page.indeterminate = here > 0 && here < all.length;
  }
}

function choose(some, isTicked) {
  for (const box of some) chosen[isTicked ? 'add' : 'delete'](box.value);
  sessionStorage.setItem(kept, JSON.stringify([...chosen]));
  show();
}

export function forget() {
  if (everybody()) everybody().checked = false;
  choose(
    [...chosen].map((value) => ({ value })),
    false,
  );
}

/** The box alone, or with Shift all from the last one to it. Where all matching were meant, those of this page are from now on. */
export function tick(box, isTicked, isRange) {
  const all = boxes();
  if (everybody()?.checked) {
    everybody().checked = false;
    choose(all, true);
  }
  const [from, to] = isRange && all.includes(last) ? [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b) : [];
  choose(from === undefined ? [box] : all.slice(from, to + 1), isTicked);
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
  if (target.matches('[data-tick-page]')) {
    if (everybody()) everybody().checked = false;
    choose(boxes(), target.checked);
  }
  if (target === everybody()) show();
});

// However many pages they were ticked on, they are sent as one field.
document.addEventListener('formdata', ({ target, formData }) => {
  if (!target.matches('[data-bulk]')) return;
  formData.delete('ids');
  if (chosen.size > 0) formData.set('ids', [...chosen].join(','));
});

// New rows are new, and so are numbers: a tick must never slip to another row, and nothing slides from place to place.
document.addEventListener('htmx:before:swap', ({ detail }) => {
  if (!detail.ctx?.target?.matches?.('[data-list]')) return;
  for (const part of list().querySelectorAll('tbody, #filters li small, .chips')) part.replaceChildren();
});
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (!detail.ctx?.target?.matches?.('[data-list]')) return;
  // All of the view before is not all of this one.
  if (everybody()) everybody().checked = false;
  show(true);
});
window.addEventListener('pageshow', () => show());
show();
