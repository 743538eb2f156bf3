import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../views');

/** As much as one reads at a glance, and as a page of changes shows. */
const LONGEST_LINE = 160;

/** By which another view becomes part of one. */
const PARTS = ['page.part', 'page.piece', 'page.keptPart', 'page.partOf', 'page.drawn'];

/**
 * What a view must not do: raw output that is no part, forms that die without JavaScript, inline script and style, lines that
 * nobody can read.
 */
export function checkViews(): string[] {
  const findings: string[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ejs')))
    for (const [n, line] of readFileSync(join(folder, file), 'utf8').split('\n').entries()) {
      const complain = (what: string) => findings.push(`views/${file}:${n + 1} ${what}`);
      if (line.length > LONGEST_LINE) complain(`a line of ${line.length} characters`);
      for (const [, raw] of line.matchAll(/<%-\s*([\w.]+)/g))
        if (!PARTS.includes(raw)) complain('raw output that is no part');
      if (/<form\b/.test(line) && !(/\bmethod=/.test(line) && /\baction=/.test(line)))
        complain('a form without method and action');
      // A mail has no policy of its own, and no style sheet.
      if (/\son\w+=|<script(?![^>]*\ssrc=)|<style/.test(line) || (!file.startsWith('mail/') && /\sstyle=/.test(line)))
        complain('inline script or style, which the policy forbids');
      if (/hx-(on|vals='js|headers='js)/.test(line)) complain('script in an htmx attribute');
    }
  return findings;
}
