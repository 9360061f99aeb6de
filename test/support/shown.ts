import { readFileSync } from 'node:fs';

/**
 * Whether a test of that name is there: `file: name`, the file below `test/`, the name as its source has it. In a
 * transcript the name is that of a request.
 */
export function hasTest(fileAndName: string): boolean {
  const [, file = '', name = ''] = /^([\w/.-]+): (.+)$/.exec(fileAndName) ?? [];
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  if (file.endsWith('.http')) return text.split('\n').includes(`### ${name}`);
  return ["'", '"', '`'].some((quote) => text.includes(`it(${quote}${name}${quote}`));
}
