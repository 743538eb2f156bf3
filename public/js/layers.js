// What lies above the page for a while, and its place in the history: Back closes a layer, and a closed one leaves no entry behind.

const addressOf = ({ pathname, search }) => pathname + search;

/** The address of what the page shows. A layer has the address of the page beneath it. */
let shown = addressOf(new URL(performance.getEntriesByType('navigation')[0]?.name ?? location.href));
// Back led on before there was a script that saw it.
if (shown !== addressOf(location)) location.reload();

let leaving;
/** What gets the focus once the browser has gone back, which takes it away. */
let returnTo;
/** What was opened while the entry of another was still going, and gets its own after that. */
let entering;
/** Closed by Back, which took the entry: their closing is told a moment later, when Forward may have led there again. */
const taken = new WeakSet();
let pressedOn;

const isOpen = (id) => document.getElementById(id)?.open;

export function showLayer(layer) {
  returnTo = undefined;
  entering = layer;
  if (leaving) void leaving.then(() => enter(layer));
  else enter(layer);
  layer.showModal();
}

function enter(layer) {
  if (entering !== layer) return;
  entering = undefined;
  // htmx marks an entry that it finds unmarked, and forgets what else stands there.
  if (!history.state?.htmx) history.replaceState({ htmx: true }, '');
  history.pushState({ htmx: true, layer: layer.id }, '');
}

/** Closes a layer, if it is open, and resolves when its entry in the history is gone. */
export function leave(layer, focusOn) {
  layer.close();
  if (entering === layer) entering = undefined;
  returnTo = focusOn ?? returnTo;
  if (!taken.delete(layer) && history.state?.layer === layer.id)
    leaving ??= new Promise((resolve) => {
      window.addEventListener('popstate', resolve, { once: true });
      history.back();
    }).then(() => {
      leaving = undefined;
    });
  return leaving ?? Promise.resolve();
}

/** A press that began inside, to select something, and ended outside closes nothing; nor does any where something is shown this once. */
export function closeOnBackdrop(layer) {
  layer.addEventListener('click', (event) => {
    if (event.target === layer && pressedOn === layer && !('once' in layer.dataset)) layer.close();
  });
}
document.addEventListener('pointerdown', (event) => {
  pressedOn = event.target;
});

// A link that leads elsewhere takes the place of the layer that it stands in.
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest('dialog[open] a[hx-boost="false"]:not([data-close], [data-dialog], [download])');
  if (!link) return;
  event.preventDefault();
  void leave(link.closest('dialog')).then(() => location.assign(link.href));
});

window.addEventListener('popstate', () => {
  const wanted = history.state?.layer;
  for (const layer of document.querySelectorAll('dialog[open]')) {
    if (layer.id === wanted || layer === entering) continue;
    // What is shown this once goes by its own button only.
    if ('once' in layer.dataset) {
      history.pushState({ htmx: true, layer: layer.id }, '');
      continue;
    }
    taken.add(layer);
    layer.close();
  }
  leaveDeadEntry();
  setTimeout(() => {
    if (returnTo?.isConnected) returnTo.focus();
    returnTo = undefined;
  }, 100);
});

/** Forward, or a reload, leads to a layer that is there no more. */
function leaveDeadEntry() {
  const { layer } = history.state ?? {};
  if (layer && !isOpen(layer)) history.back();
}
leaveDeadEntry();

document.addEventListener('htmx:after:history:update', () => {
  shown = addressOf(location);
});
// Everything else that Back and Forward lead to is loaded anew: no script then holds on to parts of a page that is gone.
document.addEventListener('htmx:before:history:restore', (event) => {
  if (event.detail.path === shown) event.preventDefault();
});
