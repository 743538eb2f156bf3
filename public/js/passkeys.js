// Passkeys: what needs one is shown where the browser has them, and says why it did not work.

const { browserSupportsWebAuthn, startAuthentication, startRegistration } = window.SimpleWebAuthnBrowser;

for (const form of document.querySelectorAll('form[data-passkeys]')) {
  // Made for one address alone: at another name of this place no device would find it.
  if (!browserSupportsWebAuthn() || location.origin !== form.dataset.passkeys) continue;
  form.hidden = false;
  for (const instead of document.querySelectorAll('[data-without-passkeys]')) instead.hidden = true;
  if (form.elements.credential) form.addEventListener('submit', (event) => send(event, form));
}

async function send(event, form) {
  event.preventDefault();
  const { credential } = form.elements;
  // One that came back with its form was made, and is not made twice.
  credential.value = credential.defaultValue;
  complain(form, '');
  const asks = event.submitter;
  if (asks) asks.disabled = true;
  try {
    credential.value ||= JSON.stringify(await answerOf(form, asks));
    form.submit();
  } catch (error) {
    complain(form, wordsFor(error));
  } finally {
    if (asks) asks.disabled = false;
  }
}

async function answerOf(form, asks) {
  const { options } = form.dataset;
  if (options) return startRegistration({ optionsJSON: JSON.parse(options) });
  const body = new URLSearchParams(new FormData(form));
  // That of what is sent afterwards.
  body.delete('_method');
  const response = await fetch(asks.formAction, { method: 'POST', body });
  if (!response.ok) throw new Error('late');
  return startAuthentication({ optionsJSON: await response.json() });
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
