// Answers of a review by the keyboard: arrows go from person to person, a letter answers and goes on to the next. Without this they are
// radio buttons in a form.

const people = () => [...document.querySelectorAll('[data-review] [data-person]:has(fieldset:enabled)')];
const current = () => document.activeElement?.closest('[data-person]');
const radioIn = (person) => person?.querySelector('input:checked') ?? person?.querySelector('input[type="radio"]');

function go(by) {
  const all = people();
  const at = all.indexOf(current());
  const next = all[at === -1 ? 0 : at + by];
  radioIn(next)?.focus();
  if (next) next.scrollIntoView({ block: 'nearest' });
  else if (by > 0) document.querySelector('[data-review] button.main')?.focus();
}

function answer(letter) {
  const person = current();
  const all = [...person.querySelectorAll(`input[data-answer="${letter}"]`)];
  if (all.length === 0) return;
  // Where there are several groups, each press takes the next one of them.
  const at = all.findIndex((one) => one.checked);
  const radio = all[(at + 1) % all.length];
  radio.checked = true;
  radio.dispatchEvent(new Event('change', { bubbles: true }));
  if (all.length === 1) go(1);
  else radio.focus();
}

document.addEventListener(
  'keydown',
  (event) => {
    if (document.documentElement.dataset.shortcuts === 'off') return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!document.querySelector('[data-review]') || document.querySelector('dialog[open], [popover]:popover-open'))
      return;
    const { key } = event;
    const isAnswer = /^[krld]$/.test(key) && current();
    const isMove =
      (key === 'ArrowDown' || key === 'ArrowUp') && (current() || document.activeElement === document.body);
    if (!isAnswer && !isMove) return;
    event.preventDefault();
    event.stopPropagation();
    if (isAnswer) answer(key);
    else go(key === 'ArrowDown' ? 1 : -1);
  },
  true,
);
