// Small comforts on top of pages that work without them.

// Pages tell moments as clocks here do: the next one knows where that is.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is there over HTTPS alone
if (timeZone) document.cookie = `roster-zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;

// Passwords of a form are shown as long as their owner wants to read them; they are sent as what they are, for password managers.
const hidden = new WeakMap();
document.addEventListener('change', ({ target }) => {
  if (!target.matches('[data-reveal]')) return;
  const fields = hidden.get(target.form) ?? [...target.form.querySelectorAll('[type=password]')];
  hidden.set(target.form, fields);
  for (const field of fields) field.type = target.checked ? 'text' : 'password';
});
document.addEventListener('submit', ({ target }) => {
  for (const field of hidden.get(target) ?? []) field.type = 'password';
});

// A link is copied by a press; where the browser forbids that (plain HTTP), it is selected for Ctrl+C.
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]');
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Selected: press Ctrl+C';
  }
});

// A short text is copied from wherever it stands, and the toast says which; where that is forbidden it says what to copy.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy-text]');
  if (!button) return;
  const text = button.dataset.copyText;
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${text}`);
  } catch {
    toast(`Your browser does not let this page copy: ${text}`);
  }
});

// What was done is said for a while, and stays for as long as somebody is at it. What went wrong stays until it is dismissed.
const SHOWN = 7000;

export function toast(words) {
  const message = document.createElement('div');
  message.className = 'message';
  message.dataset.toast = '';
  message.append(Object.assign(document.createElement('p'), { textContent: words }));
  const messages = document.getElementById('messages');
  messages.replaceChildren(message);
  fade();
}

/** Where it is seen: a dialog covers the messages of the page. Stays until it is dismissed, or the next answer arrives. */
const messagesInSight = () =>
  document.getElementById(document.querySelector('#dialog[open]') ? 'dialog-messages' : 'messages');

function complain(words, look) {
  const message = document.createElement('div');
  message.className = 'message bad';
  message.setAttribute('role', 'alert');
  const said = Object.assign(document.createElement('p'), { textContent: `${words} ` });
  if (look) said.append(Object.assign(document.createElement('a'), { href: look, textContent: 'Look' }));
  message.append(said);
  messagesInSight().replaceChildren(message);
}

document.addEventListener('htmx:error', ({ detail }) => {
  if (detail.error?.name === 'AbortError') return;
  const { method, action } = detail.ctx?.request ?? {};
  if (!method || method === 'GET') return complain('The server could not be reached: try again in a moment.');
  complain(
    'No answer came, so it is not known whether this was done. Look before you do it again.',
    whereItShows(new URL(action, location.href).pathname),
  );
});

/** The page of what a form is about: `/bulk-operations/7/execution` is told by `/bulk-operations/7`. */
function whereItShows(path) {
  return /^\/[^/]+\/\d+(?=\/)/.exec(path)?.[0] ?? location.href;
}

// A refusal that arrives while a dialog is open belongs into it.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx.target.id !== 'messages') return;
  const place = messagesInSight();
  if (place !== detail.ctx.target) place.replaceChildren(...detail.ctx.target.childNodes);
});

function fade() {
  const message = document.querySelector('#messages > [data-toast]');
  if (!message) return;
  setTimeout(() => (message.matches(':hover, :focus-within') ? fade() : message.remove()), SHOWN);
}
fade();

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-dismiss]')) event.target.closest('.message')?.remove();
});

// A preference holds at once; the form is sent behind it.
document.addEventListener('change', ({ target }) => {
  if (target.closest('.preferences')) document.documentElement.dataset[target.name] = target.value;
});

// The email is proposed from the contact that is chosen, as long as nothing else was typed.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  const email = document.getElementById('email');
  const proposed = detail.ctx.target.querySelector?.('.picked > [data-email]')?.dataset.email;
  if (proposed && email && (email.value === '' || email.value === email.dataset.proposed)) {
    email.value = proposed;
    email.dataset.proposed = proposed;
  }
});

// The first mistake of a form that came back gets the focus.
document.querySelector('[aria-invalid="true"]')?.focus();

// A field that was left is checked by the rules of the whole form; what they say of it stands beside it.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  const { target } = detail.ctx;
  const field = target.id?.endsWith('-check') && document.getElementById(target.id.replace(/-check$/, ''));
  if (!field) return;
  if (target.querySelector('.error')) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
});

// What was typed is not thrown away by a slip: the browser asks before it leaves a form that was changed.
const written = (form) => new URLSearchParams(new FormData(form)).toString();
const guarded = document.querySelector('form[data-guard]');
const atFirst = guarded?.querySelector('[aria-invalid="true"]') ? undefined : guarded && written(guarded);
const isChanged = () => guarded && !guarded.dataset.sent && written(guarded) !== atFirst;
window.addEventListener('beforeunload', (event) => {
  if (isChanged()) event.preventDefault();
});

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  // The browser asks whether to leave another form that was changed; whoever stays may want to send this one again.
  if (form !== guarded && isChanged()) return;
  form.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});
