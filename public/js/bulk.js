// Ticking users: a range with Shift, the page at once, and buttons that wake when something is ticked.

const boxes = () => [...document.querySelectorAll('#users-table input[name="ids"]')];
let last;

function show() {
  const form = document.getElementById('bulk-form');
  if (!form) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  const everybody = document.getElementById('all-matching').checked;
  document.getElementById('ticked').textContent = everybody || ticked === 0 ? '' : `${ticked} ticked`;
  for (const button of form.querySelectorAll('button[name="action"]')) button.disabled = ticked === 0 && !everybody;
  const page = document.getElementById('tick-page');
  if (page) {
    page.hidden = false;
    page.checked = ticked > 0 && ticked === all.length;
    page.indeterminate = ticked > 0 && ticked < all.length;
  }
}

document.addEventListener('click', (event) => {
  const box = event.target;
  if (box.name !== 'ids') return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
});

document.addEventListener('change', (event) => {
  if (event.target.id === 'tick-page') for (const box of boxes()) box.checked = event.target.checked;
  show();
});
document.addEventListener('htmx:after:swap', () => {
  // All of the view before is not all of this one.
  const everybody = document.getElementById('all-matching');
  if (everybody) everybody.checked = false;
  show();
});
window.addEventListener('pageshow', show);
show();
