import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { metrics } from '../../src/metrics.ts';

describe('docs/monitoring.md', () => {
  it('names each metric of ours, its labels and what it says', async () => {
    const subject = metrics('0', () => ({ size: 0, inUse: 0, waiting: 0 }));
    const connection = 'c';
    subject.answered({ method: 'GET', route: '*', status: 429, connection, seconds: 0 });
    subject.repaired(connection, new Map([['stringScalars', 1]]));
    subject.command({ name: 'find', outcome: 'failed', seconds: 0 });
    const text = await subject.text();
    const shown = [...text.matchAll(/^# HELP (rollcall_\w+) (.+)$/gm)].map(([, name = '', help = '']) => {
      const [, labels = ''] = new RegExp(`^${name}(?:_sum)?\\{(.*)\\} `, 'm').exec(text) ?? [];
      return { name, labels: [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label), help };
    });
    const document = await readFile(new URL('../../docs/monitoring.md', import.meta.url), 'utf8');
    const rows = [...document.matchAll(/^\| `(rollcall_\w+)` \|(.*)\| (.+) \|$/gm)].map(
      ([, name = '', labels = '', help = '']) => ({
        name,
        labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
        help,
      }),
    );
    expect(shown).to.have.length(11);
    expect(rows).to.deep.equal(shown);
  });
});
