import { expect } from 'chai';
import { strictAnswers } from '../../scripts/dialects.ts';
import { kindKey } from '../../scripts/tables.ts';
import { parseTarget } from '../../src/http/target.ts';
import { quirks } from '../../src/scim/dialects.ts';
import type { Json, ScimRequest } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { exchange } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { isMismatch, match } from '../support/expectation.ts';
import type { Names } from '../support/expectation.ts';
import { baseUrl } from '../support/memoryProtocol.ts';
import { arrival, fill } from '../support/play.ts';
import type { Exchange, Transcript } from '../support/transcript.ts';
import { transcriptFiles } from '../support/transcriptFiles.ts';

/** What real clients send; not what the RFCs' examples and hostile clients do. */
const clients = ['entra', 'google', 'jumpcloud', 'okta', 'onelogin', 'others', 'ping', 'sailpoint'];

/** Where strict does something of its own rather than refuse. */
const unrefused: ReadonlySet<string> = new Set(
  Object.entries(quirks).flatMap(([name, quirk]) => ('strict' in quirk ? [name] : [])),
);

/** A request that lenient repaired, and what strict answered to the same in the same state. */
interface Repaired {
  readonly title: string;
  readonly quirks: readonly string[];
  readonly strict: Answer;
}

/** The request that a transcript sends; undefined where it is none that gets as far as the protocol. */
function requestOf({ method, target, body }: Exchange, names: Names): Omit<ScimRequest, 'caller'> | undefined {
  if (!/^(GET|POST|PUT|PATCH|DELETE)$/.test(method)) return undefined;
  const url = fill(target, names).replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  const { path, query } = parseTarget(url);
  const request = { method: method as ScimRequest['method'], path, query };
  return body === undefined ? request : { ...request, body: JSON.parse(fill(body, names)) as Json };
}

/** Plays a transcript in lenient, each request that needs a repair in strict just before. */
async function repairedIn({ people, exchanges }: Transcript): Promise<readonly Repaired[]> {
  const [ahead, behind] = [exchange(), exchange()];
  let names: readonly [Names, Names] = [new Map([['base', baseUrl]]), new Map([['base', baseUrl]])];
  const found: Repaired[] = [];
  for (const sent of [...people.map(arrival), ...exchanges]) {
    const [first, second] = names.map((known) => requestOf(sent, known));
    if (!first || !second) continue;
    const answer = await ahead(first.method, '', first);
    const needed = [...answer.repaired.keys()];
    if (needed.length > 0) {
      const strict = await behind(second.method, '', { ...second, caller: testCaller({ dialect: 'strict' }) });
      found.push({ title: sent.title, quirks: needed, strict });
    }
    // A strict answer that is no refusal has changed the state: the rest would be played in another one.
    if (needed.some((quirk) => unrefused.has(quirk)) && (found.at(-1)?.strict.status ?? 500) < 400) break;
    const followed = await behind(second.method, '', second);
    names = [taken(sent, answer, names[0]), taken(sent, followed, names[1])];
  }
  return found;
}

function taken({ expected }: Exchange, { body }: Answer, names: Names): Names {
  const outcome = expected.body === undefined ? { names } : match(expected.body, body, names);
  return isMismatch(outcome) ? names : outcome.names;
}

describe('Requests of real clients that lenient repairs', () => {
  const transcripts = transcriptFiles().filter(
    ({ file, setup }) => clients.includes(file.split('/')[0] ?? '') && setup.dialect === 'lenient',
  );
  const seen = new Set<string>();
  let requests = 0;

  for (const transcript of transcripts) {
    it(`${transcript.file}: are refused in strict as the table of the dialects says`, async () => {
      for (const { title, quirks: needed, strict } of await repairedIn(transcript)) {
        requests += 1;
        for (const quirk of needed) seen.add(quirk);
        const answer = kindKey(strict.status, strict.body['scimType'] as string | undefined);
        if (strict.status < 400)
          expect(
            needed.some((quirk) => unrefused.has(quirk)),
            title,
          ).to.equal(true);
        else expect(needed.flatMap(strictAnswers), title).to.include(answer);
      }
    });
  }

  it('show nearly every quirk', () => {
    expect(requests).to.be.above(40);
    expect([...seen]).to.have.length.of.at.least(15);
  });
});
