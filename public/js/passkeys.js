// Passkeys: what needs one is shown where the browser has them, and says why it did not work.

import './webauthn.js';

const { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill, startAuthentication, startRegistration } =
  window.SimpleWebAuthnBrowser;

/** What a device is asked for counts for five minutes. */
const ASKED_ANEW = 4 * 60_000;
/** Those whose passkey has come, and that may be sent. */
const answered = new WeakSet();

/** Shows what can be done here: a dialog comes later than its page. */
export function offerPasskeys(within = document) {
  for (const form of within.querySelectorAll('form[data-passkeys]')) {
    // Made for one address alone: at another name of this place no device would find it.
    if (!browserSupportsWebAuthn() || location.origin !== form.dataset.passkeys) continue;
    form.hidden = false;
    for (const instead of within.querySelectorAll('[data-without-passkeys]')) instead.hidden = true;
    if (document.querySelector('[autocomplete~=webauthn]')) void listAmongNames(form);
  }
}

offerPasskeys();

// Before whoever else sends forms: without a passkey there is nothing to send yet.
document.addEventListener(
  'submit',
  (event) => {
    const form = event.target;
    if (!form.matches('[data-passkeys]') || !form.elements.credential || answered.has(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(form, event.submitter);
  },
  true,
);

async function ask(form, button) {
  const { credential } = form.elements;
  // One that came back with its form was made, and is not made twice.
  credential.value = credential.defaultValue;
  complain(form, '');
  if (button) button.disabled = true;
  try {
    sendWith(form, credential.value || JSON.stringify(await answerOf(form)));
  } catch (error) {
    complain(form, wordsFor(error));
    if (document.querySelector('[autocomplete~=webauthn]')) void listAmongNames(form);
  } finally {
    if (button) button.disabled = false;
  }
}

function answerOf(form) {
  const { options } = form.dataset;
  return options ? startRegistration({ optionsJSON: JSON.parse(options) }) : answerToChallenge(form);
}

async function answerToChallenge(form, how) {
  const body = new URLSearchParams(new FormData(form));
  // That of what is sent afterwards.
  body.delete('_method');
  const { formAction } = form.querySelector('[formaction]');
  const response = await fetch(formAction, { method: 'POST', body });
  if (!response.ok) throw new Error('late');
  return startAuthentication({ optionsJSON: await response.json(), ...how });
}

function sendWith(form, credential) {
  form.elements.credential.value = credential;
  answered.add(form);
  form.requestSubmit();
  answered.delete(form);
}

let asksAgain;

/** The browser offers passkeys where a name is typed, if it can. Whatever hinders that, the button is there. */
async function listAmongNames(form) {
  if (!(await browserSupportsWebAuthnAutofill())) return;
  clearTimeout(asksAgain);
  asksAgain = setTimeout(() => void listAmongNames(form), ASKED_ANEW);
  // Another page of this browser may have asked since.
  document.onvisibilitychange = () => void listAmongNames(form);
  if (document.hidden) return;
  const how = { useBrowserAutofill: true };
  const answer = await answerToChallenge(form, how).catch(() => undefined);
  if (answer) sendWith(form, JSON.stringify(answer));
}

function wordsFor(error) {
  if (error.message === 'late') return 'This page was open for too long. Load it anew, then try again.';
  if (error instanceof TypeError) return 'The server could not be reached: try again in a moment.';
  if (error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'That device has a passkey of yours already.';
  return 'No passkey came: it was cancelled, took too long, or the device has none for this place.';
}

function complain(form, words) {
  const trouble = form.querySelector('[data-trouble]');
  trouble.textContent = words;
  trouble.hidden = words === '';
}
