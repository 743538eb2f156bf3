// Copying by a press, everywhere: browsers keep the clipboard from pages on plain HTTP, but let them copy what is selected.

import { remark, toast } from './roster.js';

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy], [data-copy-text]');
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const text = field?.value ?? button.dataset.copyText;
  const isCopied = await copy(text, button);
  if (field) sayOn(button, field, isCopied);
  else if (isCopied) remark(`Copied ${text}`);
  else toast(`Your browser does not let this page copy: ${text}`);
});

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text, button);
  }
}

/** Selected beside the button: elsewhere nothing can be selected while a dialog is open. */
function copySelected(text, button) {
  const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true, className: 'beyond' });
  button.after(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  button.focus({ preventScroll: true });
  return isCopied;
}

/** The button is read anew, having the focus; where copying is forbidden, the keys do what is left to do. */
function sayOn(button, field, isCopied) {
  button.textContent = isCopied ? 'Copied' : `Selected: press ${document.documentElement.dataset.commandKey}+C`;
  if (!isCopied) field.select();
}
