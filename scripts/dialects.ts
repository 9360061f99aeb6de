import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { demands, quirks } from '../src/scim/dialects.ts';
import { conditions } from '../src/scim/interop.ts';
import { parseTranscript } from '../test/support/transcript.ts';
import { kindKey, table } from './tables.ts';

const folder = new URL('../test/transcripts/', import.meta.url);

/** The transcript that shows what `strict` answers to a quirk: `strict/string-scalars.http`. */
export const strictFile = (quirk: string): string =>
  `strict/${quirk.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.http`;

/** What `strict` refuses a quirk with, as its transcript has it: `400 invalidValue`. */
export function strictAnswers(quirk: string): readonly string[] {
  const file = strictFile(quirk);
  const { exchanges } = parseTranscript(file, readFileSync(new URL(file, folder), 'utf8'));
  const refusals = exchanges.filter(({ expected }) => expected.status >= 400);
  const kinds = refusals.map(({ expected }) => {
    const { scimType } = Object(expected.body) as { scimType?: string };
    return kindKey(expected.status, scimType);
  });
  return [...new Set(kinds)];
}

const code = (text: string): string => `\`${text}\``;

/** Every quirk that the dialect `lenient` repairs (src/scim/dialects.ts), in short. */
export const quirkTable = (): string =>
  table(
    ['switch', 'what `lenient` repairs'],
    Object.entries(quirks).map(([name, { sends }]) => [code(name), sends]),
  );

function quirkRows(): readonly (readonly string[])[] {
  return Object.entries(quirks).map(([name, quirk]) => {
    const refusals = strictAnswers(name).map(code).join(', ');
    const strict = 'strict' in quirk ? [quirk.strict] : [];
    return [
      code(name),
      quirk.sends,
      quirk.lenient,
      [refusals, ...strict].filter((text) => text !== '').join('; '),
      quirk.source,
      `[${basename(strictFile(name), '.http')}](../test/transcripts/${strictFile(name)})`,
    ];
  });
}

const demandTable = (): string =>
  table(
    ['switch', 'the profile demands', 'what else comes is answered'],
    Object.entries(demands).map(([name, { demands: text, answers }]) => [code(name), text, answers]),
  );

const conditionTable = (): string =>
  table(
    ['condition', 'what has to be so'],
    Object.entries(conditions).map(([name, { demands: text }]) => [code(name), text]),
  );

/** docs/dialects.md: what each dialect and option does, from the switches and the transcripts. */
export const dialectsDocument = (): string =>
  `${[
    '# Dialects and options',
    'How a connection reads the requests of its identity provider. This page is written by `npm run generate` from `src/scim/dialects.ts`, `src/scim/interop.ts` and the transcripts named here, which the tests play against the server.',
    '## The dialects',
    '`lenient`, the default, repairs what real clients send beside the RFCs, counts each repair, and answers as if the client had sent it right. `strict` keeps to the letter of RFC 7643 and RFC 7644 and refuses the same. What the RFCs themselves leave open, such as the letter case of attribute names and of `op`, is the same in both.',
    'A repair shows in the metrics, in the row of its request in the provisioning log (`rollcall connection log`), and in the tally of the connection: `rollcall connection quirks NAME` prints each switch with its count, since when and when last. The dialect is chosen with `rollcall connection create --dialect strict`, and changed at any time with `rollcall connection set NAME --dialect strict`: within a second, without a new token.',
    table(
      ['switch', 'clients send', 'in `lenient`', 'in `strict`', 'who, and where it is told', 'shown by'],
      quirkRows(),
    ),
    "MS-DEV, MS-COMPAT, MS-REF and MS-LA are Microsoft's documents and reference code, OK-REF is Okta's reference; the others are issues (`#`) and pull requests (`PR`) of the projects named.",
    '## The option `entraSchemas`',
    "Entra's schema discovery, and the Validator's, ends at an attribute that Microsoft's list does not have, though RFC 7643 defines it (scimmy-routers#10, sourcegraph#62185). With this option `/Schemas` shows what it accepts: the schemas of users and groups only; of a user no `password`, `profileUrl`, `photos`, `groups`, `entitlements`, `x509Certificates`; of attributes with several values neither `display` nor `primary`. What is served does not change: only what is shown of it. [schema-discovery-trimmed](../test/transcripts/entra/schema-discovery-trimmed.http) shows it.",
    '`rollcall connection set NAME --option entraSchemas` switches it on, `--without entraSchemas` off.',
    '## The option `interop`',
    'With it the ServiceProviderConfig has `interopProfileConformant`, of draft-zollner-scim-interop-profile; without it the key is absent, for strict clients refuse a key that they do not know. The value is computed: `true` where every switch below is on and every condition holds, else `false`.',
    'The switches are on for a connection that is `strict` and has the option; [interop](../test/transcripts/strict/interop.http) shows them. Okta and Entra send what the profile forbids, so theirs stay `lenient`: the value is `false`, and nothing else changes ([interop](../test/transcripts/okta/interop.http)).',
    demandTable(),
    conditionTable(),
    'The rest of what the profile demands of a server holds in every dialect: the discovery endpoints; a place for each type, addressed by `id`; `eq` and `and` in filters, and 400 `invalidFilter` for an attribute that no schema has; pages by index and by cursor, 100 by default and up to 1,000; `add` and `replace` of a single simple value alike; a PATCH that never removes a resource; a DELETE that does, and frees its names; 409 `uniqueness`.',
  ].join('\n\n')}\n`;
