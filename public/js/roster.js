// Small comforts on top of pages that work without them.

// Pages tell moments as clocks here do: the next one knows where that is.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is there over HTTPS alone
if (timeZone) document.cookie = `roster-zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;

// Names are no words of a language: whatever translates a page leaves them as they are.
function keepNames() {
  for (const name of document.querySelectorAll('bdi, .listed tbody a, .listed .email')) name.translate = false;
}
document.addEventListener('htmx:after:swap', keepNames);
keepNames();

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

// What was done, and what went wrong, is said until it is dismissed or something else is said; what may be missed goes by itself.
const SHOWN = 7000;

export function toast(words) {
  document.getElementById('messages').replaceChildren(messageOf(words));
}

/** What nobody needs who looked away. */
export function remark(words) {
  toast(words);
  fade(document.querySelector('#messages > .message'));
}

/** It stays for as long as somebody is at it. */
function fade(message) {
  setTimeout(() => (message.matches(':hover, :focus-within') ? fade(message) : message.remove()), SHOWN);
}

function messageOf(words) {
  const message = document.getElementById('message').content.firstElementChild.cloneNode(true);
  message.querySelector('p').textContent = words;
  return message;
}

/** Where it is seen: a dialog covers the messages of the page. Stays until it is dismissed, or the next answer arrives. */
const messagesInSight = () =>
  document.getElementById(document.querySelector('#dialog[open]') ? 'dialog-messages' : 'messages');

function complain(words, look) {
  const message = messageOf(`${words} `);
  message.classList.add('bad');
  message.setAttribute('role', 'alert');
  if (look)
    message.querySelector('p').append(Object.assign(document.createElement('a'), { href: look, textContent: 'Look' }));
  messagesInSight().replaceChildren(message);
}

document.addEventListener('htmx:error', ({ detail }) => {
  if (detail.error?.name !== 'AbortError') tellOfNoAnswer(detail.ctx?.request);
});

// A proxy answered in its place, or it only begins to start: a page of theirs is no part of this one.
document.addEventListener('htmx:before:response', (event) => {
  const { request, response } = event.detail.ctx;
  if (response.status < 500 || response.headers.has('HX-Retarget')) return;
  event.preventDefault();
  tellOfNoAnswer(request);
});

function tellOfNoAnswer(request) {
  if (isOnlyAsked(request)) return complain('The server could not be reached: try again in a moment.');
  complain(
    'No answer came, so it is not known whether this was done. Look before you do it again.',
    whereItShows(new URL(request.action, location.href).pathname),
  );
}

/** A form that looks for names, or has a field checked, changes nothing either. */
function isOnlyAsked({ method = 'GET', body } = {}) {
  return method === 'GET' || /^(?:check|find|take|drop)\b/.test(body?.get?.('step') ?? '');
}

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

/** Whoever was at it goes on in the page. */
function dismiss(message) {
  const main = document.getElementById('main');
  if (message.contains(document.activeElement)) main.focus({ preventScroll: true });
  message.remove();
}
document.addEventListener('click', ({ target }) => {
  const message = target.closest('[data-dismiss]')?.closest('.message');
  if (message) dismiss(message);
});
// Esc takes one thing at a time: what is open above the page first, then what is typed into a search, then the message.
document.addEventListener('keydown', (event) => {
  const message = document.querySelector('#messages > .message');
  if (event.key !== 'Escape' || !message || event.target.matches('[type="search"]:not(:placeholder-shown)')) return;
  if (!document.querySelector('dialog[open], [popover]:popover-open')) dismiss(message);
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
/** What came back after a sign-in was changed from the beginning; the page says so of its only form, or the form itself. */
const left = document.querySelector('form[data-left]') ? 'form[data-left]' : ':has([data-left]) form';
const guarded = [...document.querySelectorAll('form[data-guard]')].map((form) => ({
  form,
  atFirst: form.matches(left) || form.querySelector('[aria-invalid="true"]') ? undefined : written(form),
}));
const isChanged = (besides) =>
  guarded.some(({ form, atFirst }) => form !== besides && !form.dataset.sent && written(form) !== atFirst);
window.addEventListener('beforeunload', (event) => {
  if (isChanged()) event.preventDefault();
});

// A form is sent once, however often its button is pressed; not so one whose answer is a file, for its page stays.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented || 'stays' in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  // The browser asks whether to leave another form that was changed; whoever stays may want to send this one again.
  if (isChanged(form)) return;
  form.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});
