/** The first that fits: most browsers call themselves by the names of their forebears, too. */
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac(?:intosh| OS X)\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
];
const LONGEST = 30;

/** "Firefox on Linux": what a person calls the browser that calls itself this. It may lie, so nothing is decided by it. */
export function browserName(agent: string): string {
  const named = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = named(BROWSERS) ?? agent.split(/[\s/]/)[0].slice(0, LONGEST);
  if (browser === '') return 'a nameless browser';
  const system = named(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}

/** What is printed on the key that commands are given with. */
export function commandKey(agent: string): '⌘' | 'Ctrl' {
  return /\b(?:Macintosh|Mac OS X|iPhone|iPad)\b/.test(agent) ? '⌘' : 'Ctrl';
}
