import { escaped, unescaped } from '../text/view.ts';

/** Where a form was sent to, how, and with what. */
interface LeftForm {
  action: string;
  method: string;
  fields: Record<string, string | string[]>;
}

const FORM = /<form\b(?:[^>"']|"[^"]*"|'[^']*')*>[\s\S]*?<\/form>/g;
const CONTROL =
  /<(input|option)\b((?:[^>"']|"[^"]*"|'[^']*')*)>([^<]*)|<select\b((?:[^>"']|"[^"]*"|'[^']*')*)>|(<textarea\b((?:[^>"']|"[^"]*"|'[^']*')*)>)[\s\S]*?(?=<\/textarea>)/g;
const ATTRIBUTE = /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
/** What a form knows of when it was opened, beside what is seen of it: somebody may have saved meanwhile. */
const OF_OPENING = new Set(['version', 'opened']);

/**
 * A page as it is sent (a letter for each byte), with its form as it was left: what was typed, ticked and chosen. Fields that nobody sees
 * stay as the page has them, for a form acts on what it shows.
 */
export function filledForm(page: string, { fields, ...sent }: LeftForm): string {
  const left = new Map(Object.entries(fields).map(([name, value]) => [name, [value].flat()]));
  return page.replace(FORM, (form) => (isSame(form, sent) ? asChanged(filled(form, left)) : form));
}

/** Whether it is sent where the other was, and as the other was; by one of its buttons at least. */
function isSame(form: string, { action, method }: Omit<LeftForm, 'fields'>): boolean {
  const [start] = form.split('>', 1);
  if (form.includes(`formaction="${action}"`)) return true;
  if (!start.includes(`action="${action}"`)) return false;
  const hidden = /<input[^>]*name="_method" value="(\w+)"/.exec(form)?.[1] ?? 'post';
  return hidden === method;
}

/** The browser asks before it leaves it. */
function asChanged(form: string): string {
  return form.replace('<form', '<form data-left');
}

function filled(form: string, left: Map<string, string[]>): string {
  let chosen: string[] | undefined;
  return form.replace(CONTROL, (whole, tag, own, text, select, textarea, ownOfArea) => {
    if (select !== undefined) {
      chosen = left.get(attributesOf(select).get('name') ?? '');
      return whole;
    }
    const attributes = attributesOf(own ?? ownOfArea);
    if (tag === 'option')
      return chosen
        ? switched(whole, 'selected', chosen.includes(attributes.get('value') ?? unescaped(text).trim()))
        : whole;
    const values = left.get(attributes.get('name') ?? '');
    if (textarea) return values ? `${textarea}\n${escaped(values[0])}` : whole;
    return filledInput(whole, attributes, values);
  });
}

function filledInput(input: string, attributes: Map<string, string>, values: string[] | undefined): string {
  const type = attributes.get('type') ?? 'text';
  if (attributes.has('disabled') || type === 'password' || type === 'file') return input;
  // Of boxes only those that are ticked are sent.
  if (type === 'checkbox')
    return switched(input, 'checked', values?.includes(attributes.get('value') ?? 'on') ?? false);
  if (!values) return input;
  if (type === 'radio') return switched(input, 'checked', values.includes(attributes.get('value') ?? 'on'));
  if (type === 'hidden' && !OF_OPENING.has(attributes.get('name')!)) return input;
  return `<input value="${escaped(values[0])}"${input.slice('<input'.length).replace(/\svalue(=("[^"]*"|'[^']*'|[^\s>]+))?/, '')}`;
}

function switched(control: string, attribute: string, isOn: boolean): string {
  const without = control.replace(new RegExp(`\\s${attribute}(?=[\\s>])`), '');
  return isOn ? without.replace(/^<\w+/, `$& ${attribute}`) : without;
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name, ...values]) => [name, unescaped(values.find(Boolean) ?? '')]),
  );
}
