// The order in which columns are chosen: each has a field for its place, which scripts fill in.
const placeOf = (item) => Number(item.querySelector('.place input')?.value ?? 0);
// One that comes back after a sign-in says by them how it was left.
const left = document.querySelector('form[data-left] .columns');
left?.append(...[...left.children].sort((one, other) => placeOf(one) - placeOf(other)));

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-move]');
  if (!button) return;
  const item = button.closest('li');
  const [first, ...items] = item.parentElement.children;
  const at = Math.max(items.indexOf(item) + Number(button.dataset.move), 0);
  items.splice(items.indexOf(item), 1);
  items.splice(at, 0, item);
  first.after(...items);
  for (const [n, { lastElementChild: place }] of items.entries()) place.querySelector('input').value = n + 1;
  button.focus();
});
