// Pickers: arrows lead into what is found, and Enter takes it where there is only one.

const searchIn = (target) => (target instanceof Element ? target.closest('.picker input[type="search"]') : null);
const pickerOf = (input) => input.closest('.picker');
const suggestionsIn = (root) => [...root.querySelectorAll('.found button:not([disabled])')];

/** In which field somebody typed since the last answer, and whether they pressed Enter meanwhile: they mean what they typed. */
let typedIn;
let isAwaited = false;

/** Whether what is found is found by what stands in the field. */
const isAnswered = (input) => input.value !== '' && pickerOf(input).dataset.sought === input.value;

function takeOnly(input) {
  const buttons = suggestionsIn(pickerOf(input));
  if (buttons.length !== 1) return;
  // As by a press: what is typed in a field that has the focus would stay.
  buttons[0].focus();
  buttons[0].click();
}

document.addEventListener('input', ({ target }) => {
  const input = searchIn(target);
  if (!input) return;
  typedIn = input.id;
  isAwaited = false;
});

document.addEventListener('keydown', (event) => {
  const input = searchIn(event.target);
  if (!input || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === 'ArrowDown') {
    const [first] = suggestionsIn(pickerOf(input));
    if (!first) return;
    event.preventDefault();
    first.focus();
  } else if (event.key === 'Enter' && (isAnswered(input) || typedIn === input.id)) {
    // The form would take it for its first button.
    event.preventDefault();
    if (isAnswered(input)) takeOnly(input);
    else isAwaited = true;
  }
});

const ARROWS = { ArrowDown: 1, ArrowUp: -1 };
document.addEventListener('keydown', (event) => {
  const button = event.target instanceof Element ? event.target.closest('.picker .found button') : null;
  const step = ARROWS[event.key];
  if (!button || !step) return;
  event.preventDefault();
  const root = pickerOf(button);
  const buttons = suggestionsIn(root);
  const at = buttons.indexOf(button) + step;
  if (at < 0) root.querySelector('input[type="search"]').focus();
  else buttons[Math.min(at, buttons.length - 1)].focus();
});

document.addEventListener('htmx:after:swap', () => {
  const input = searchIn(document.getElementById(typedIn));
  if (!input || !isAnswered(input)) return;
  typedIn = undefined;
  if (isAwaited) takeOnly(input);
  isAwaited = false;
});
