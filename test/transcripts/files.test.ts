import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { hasTest } from '../support/shown.ts';
import { transcriptFiles } from '../support/transcriptFiles.ts';

const here = new URL('./', import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, here), 'utf8');

/** A quirk of a client, and what shows that it is served. */
interface Quirk {
  readonly quirk: string;
  readonly files?: readonly string[];
  /** `file: name` of a test elsewhere, where one request at a time can't show it. */
  readonly test?: string;
  /** Why it isn't shown yet. */
  readonly waits?: string;
}

/** A section of an RFC, and the transcripts that show it. */
interface Section {
  readonly title: string;
  readonly transcripts: readonly string[];
}

/** What the first line of a folder's transcripts says: the client, or whoever does this, and the section or thread. */
const firstLines: Readonly<Record<string, RegExp>> = {
  custom: /^Any client: .*RFC 764[34] §\d/,
  entra: /^Entra ID\b.+[:;].+\.$/,
  google: /^Google Workspace: ./,
  jumpcloud: /^JumpCloud, .*: ./,
  okta: /^Okta\b.*: ./,
  onelogin: /^OneLogin, ./,
  others: /^(authentik|Keycloak's|Clients made for AWS)\b.*: ./,
  ping: /^PingOne and PingFederate: ./,
  quirks: /^Quirk \d+, (any client|Entra|Okta): .*(#\d|PR \d)/,
  rfc7643: /^(Any client|A strict client|Okta, Entra): .*RFC 7643 §\d/,
  rfc7644: /^(Any client|A strict client|Okta|Okta, Entra, OneLogin): .*RFC 7644 §\d/,
  rfc9865: /^Any client: .*RFC 9865 §\d/,
  sailpoint: /^SailPoint, .*: ./,
  strict: /^A strict client, (quirk|no option|option) `\w+`: .*RFC 764[34] §\d/,
  security:
    /^(A client|A hostile client|Another customer's client|Any client|A filter|A token|Two clients|Whoever)\b.*(RFC|CVE)/,
};

const quirks = JSON.parse(text('quirks.json')) as Readonly<Record<string, Quirk>>;
const sections = JSON.parse(text('rfc.json')) as Readonly<Record<string, Section>>;

describe('The transcripts', () => {
  const transcripts = transcriptFiles();
  const names = transcripts.map(({ file }) => file);

  it('are all read: each begins with its client and reason, has requests, and expects something of each', () => {
    expect(names).to.have.length.above(90);
    for (const { file, about, exchanges } of transcripts) {
      const [folder = ''] = file.split('/');
      expect(about, `${file} names its client and its reason`).to.match(firstLines[folder] ?? /^$/);
      expect(exchanges, file).to.not.deep.equal([]);
      for (const { title, expected } of exchanges) {
        expect(title, file).to.not.equal('');
        expect(expected.status, `${file}: ${title}`).to.be.within(200, 599);
      }
    }
  });

  it('stand in one folder for each client, and beside them for the RFCs, security and quirks', () => {
    const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).to.deep.equal(Object.keys(firstLines).sort());
  });

  it('show each of the 52 quirks, or say which test does or why it waits', () => {
    expect(Object.keys(quirks)).to.deep.equal(Array.from({ length: 52 }, (_, index) => String(index + 1)));
    for (const [number, { files = [], test, waits }] of Object.entries(quirks)) {
      expect(files.length > 0 || test !== undefined || waits !== undefined, `quirk ${number} is shown`).to.equal(true);
      for (const file of files) expect(names, `quirk ${number}`).to.include(file);
      if (test !== undefined) expect(hasTest(test), test).to.equal(true);
    }
  });

  it('named for a quirk are in the index under its number', () => {
    for (const file of names.filter((name) => name.startsWith('quirks/'))) {
      const number = String(Number(/^quirks\/(\d\d)-/.exec(file)?.[1]));
      expect(quirks[number]?.files, file).to.include(file);
    }
  });

  it('are indexed by sections of the RFCs, and each one of theirs is in the index', () => {
    const shown = new Set(Object.values(sections).flatMap(({ transcripts: files }) => files));
    for (const [section, { title, transcripts: files }] of Object.entries(sections)) {
      expect(section).to.match(/^RFC (764[34]|9865) \d+(\.\d+)*$/);
      expect(title, section).to.not.equal('');
      expect(files, section).to.not.deep.equal([]);
    }
    for (const file of shown) expect(names).to.include(file);
    for (const file of names.filter((name) => name.startsWith('rfc'))) expect([...shown]).to.include(file);
  });
});
