// The sidebar of a list: what is folded away stays so, and on a narrow window it is a sheet, as the order is.

document.addEventListener(
  'toggle',
  ({ target }) => {
    if (!target.matches?.('.fold')) return;
    const folded = [...document.querySelectorAll('.fold:not([open])')].map((fold) => fold.id.replace('fold-', ''));
    const { list } = document.querySelector('[data-list]').dataset;
    // The server reads it, so that the next page comes folded and nothing moves.
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is there over TLS only.
    document.cookie = `roster-folded=${folded.join('.')}; path=${list}; max-age=31536000; samesite=lax`;
  },
  true,
);

const isNarrow = matchMedia('(width < 62rem)');

function dress() {
  document.getElementById('filters')?.toggleAttribute('popover', isNarrow.matches);
}

document.addEventListener('click', (event) => {
  if (event.target.closest('#sorting a')) document.getElementById('sorting').hidePopover();
  const filters = document.getElementById('filters');
  if (!event.target.closest('.to-filters') || !filters?.popover) return;
  event.preventDefault();
  filters.showPopover();
});

isNarrow.addEventListener('change', dress);
document.addEventListener('htmx:after:swap', dress);
dress();
