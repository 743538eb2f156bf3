import type { pageOf } from './page.ts';
import type { Fields } from './session.ts';

type Page = ReturnType<typeof pageOf>;
interface Sent {
  method: string;
  action: string;
}

function formsOf({ $ }: Page, { method, action }: Sent) {
  return $(`form[action="${action}"], form:has([formaction="${action}"])`).filter((_n, form) => {
    const given = $(form).find('input[name="_method"]').attr('value') ?? 'post';
    return given === method || $(form).find(`[formaction="${action}"]`).length > 0;
  });
}

/** All that a browser would send of them. */
export function fieldsOf(page: Page, sent: Sent): Fields {
  const fields: Fields = {};
  for (const { name, value } of formsOf(page, sent).first().serializeArray())
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  delete fields._method;
  return fields;
}

/** All that somebody can see and change in the forms of a page that are sent there, but for what is secret. */
function controls(page: Page, sent: Sent) {
  const { $ } = page;
  return formsOf(page, sent)
    .first()
    .find('input, select, textarea')
    .not('[type="hidden"], [type="password"], [type="file"], [disabled], [name="code"]')
    .toArray()
    .map((one) => $(one));
}

/** What stands in them, as a browser would send it. */
export function shownIn(page: Page, sent: Sent): Fields {
  const shown: Fields = {};
  for (const one of controls(page, sent)) {
    const name = one.attr('name');
    if (name === undefined || (one.is('[type="checkbox"], [type="radio"]') && !one.is('[checked]'))) continue;
    const value = one.is('textarea') ? one.text().replace(/^\n/, '') : String(one.val() ?? '');
    shown[name] = name in shown ? [shown[name], value].flat() : value;
  }
  return shown;
}

/** What else a field takes than words. */
const TYPED: Record<string, string> = { number: '1', date: '2027-01-31', time: '18:30' };

/** Has somebody change all of it: other words, other choices, other ticks. */
export function changeAll(page: Page, sent: Sent): void {
  const { $ } = page;
  const radios = new Map<string, ReturnType<typeof controls>>();
  for (const one of controls(page, sent)) {
    if (one.is('[type="checkbox"]')) one.attr('checked', one.is('[checked]') ? null : 'checked');
    else if (one.is('[type="radio"]')) radios.set(one.attr('name')!, [...(radios.get(one.attr('name')!) ?? []), one]);
    else if (one.is('select')) {
      const other = one.find('option:not([selected])').last();
      one.find('option').removeAttr('selected');
      other.attr('selected', 'selected');
    } else if (one.is('textarea')) one.text('\ntyped "with" <care> & ümläut');
    else one.attr('value', TYPED[one.attr('type') ?? ''] ?? 'typed "with" <care> & ümläut');
  }
  for (const several of radios.values()) {
    const other = several.findLast((one) => !one.is('[checked]')) ?? several[0];
    for (const one of several) one.attr('checked', null);
    $(other).attr('checked', 'checked');
  }
}
