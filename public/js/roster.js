// Small comforts on top of pages that work without them.

// A link is copied by a press; where the browser forbids that (plain HTTP), it is selected for Ctrl+C.
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Selected: press Ctrl+C';
    }
  });
}

// The email is proposed from the contact that is chosen, as long as nothing else was typed.
document.addEventListener('change', (event) => {
  const email = document.getElementById('email');
  const proposed = event.target.name === 'contactId' ? event.target.dataset.email : undefined;
  if (proposed && email && (email.value === '' || email.value === email.dataset.proposed)) {
    email.value = proposed;
    email.dataset.proposed = proposed;
  }
});

// The first mistake of a form that came back gets the focus.
document.querySelector('[aria-invalid="true"]')?.focus();

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});
