import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { parseTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';

const folder = new URL('../transcripts/', import.meta.url);

/** All transcripts of test/transcripts, by the order of their names. @throws Error where one of them is malformed */
export const transcriptFiles = (): readonly Transcript[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.http'))
    .sort()
    .map((name) => parseTranscript(name, readFileSync(new URL(name, folder), 'utf8')));
