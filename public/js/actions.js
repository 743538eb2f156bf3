// The choice of an action: typing narrows it, arrows lead into it, Enter takes the first that is left.

const field = (target) => (target instanceof Element ? target.closest('[data-narrows]') : null);
const actions = (input) => [...input.closest('form').querySelectorAll('button[name="action"]')];
const left = (input) => actions(input).filter((button) => !button.parentElement.hidden);

document.addEventListener('input', ({ target }) => {
  const input = field(target);
  if (!input) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const button of actions(input)) {
    const called = `${button.textContent} ${button.dataset.names}`.toLowerCase();
    button.parentElement.hidden = !words.every((word) => called.includes(word));
  }
});

document.addEventListener('keydown', (event) => {
  const input = field(event.target);
  if (!input || (event.key !== 'Enter' && event.key !== 'ArrowDown')) return;
  // The form would take it for its first button.
  event.preventDefault();
  const [first] = left(input);
  if (event.key === 'ArrowDown') first?.focus();
  else first?.click();
});
