import { expect } from 'chai';
import { merged, metrics, namedConnections } from '../src/metrics.ts';

const nobody = { size: 3, inUse: 2, waiting: 1 };
const answered = { method: 'GET', route: '/scim/v2/Users', status: 200, seconds: 0.004 } as const;

describe('The metrics', () => {
  const lines = async (subject: ReturnType<typeof metrics>, start: string): Promise<string[]> =>
    (await subject.text()).split('\n').filter((line) => line.startsWith(start));

  it('count requests by what they asked, who asked and how they were answered', async () => {
    const subject = metrics('1.2.3', () => nobody);
    subject.answered({ ...answered, connection: 'c1' });
    subject.answered({ ...answered, connection: 'c1' });
    subject.answered({ ...answered, status: 401 });
    const { status: _, ...gone } = answered;
    subject.answered({ ...gone, connection: 'c1' });
    expect(await lines(subject, 'rollcall_http_requests_total{')).to.have.members([
      'rollcall_http_requests_total{method="GET",route="/scim/v2/Users",status="200",connection="c1"} 2',
      'rollcall_http_requests_total{method="GET",route="/scim/v2/Users",status="401",connection="none"} 1',
      'rollcall_http_requests_total{method="GET",route="/scim/v2/Users",status="aborted",connection="c1"} 1',
    ]);
    expect(await lines(subject, 'rollcall_http_request_duration_seconds_count')).to.deep.equal([
      'rollcall_http_request_duration_seconds_count{method="GET",route="/scim/v2/Users"} 4',
    ]);
    expect(await lines(subject, 'rollcall_rate_limited_total{')).to.deep.equal([]);
  });

  it('count refusals for the rate', async () => {
    const subject = metrics('1.2.3', () => nobody);
    subject.answered({ ...answered, status: 429, connection: 'c1' });
    expect(await lines(subject, 'rollcall_rate_limited_total')).to.deep.equal([
      'rollcall_rate_limited_total{connection="c1"} 1',
    ]);
  });

  it('name a thousand connections, and count the rest together', async () => {
    const subject = metrics('1.2.3', () => nobody);
    for (let number = 0; number < namedConnections + 50; number += 1)
      subject.answered({ ...answered, connection: `c${number}` });
    subject.repaired('c0', new Map([['boolean', 2]]));
    subject.repaired('late', new Map([['boolean', 3]]));
    const counted = await lines(subject, 'rollcall_http_requests_total{');
    expect(counted).to.have.length(namedConnections + 1);
    expect(counted.filter((line) => line.includes('connection="other"'))).to.deep.equal([
      'rollcall_http_requests_total{method="GET",route="/scim/v2/Users",status="200",connection="other"} 50',
    ]);
    expect(await lines(subject, 'rollcall_quirk_repairs_total')).to.have.members([
      'rollcall_quirk_repairs_total{quirk="boolean",connection="c0"} 2',
      'rollcall_quirk_repairs_total{quirk="boolean",connection="other"} 3',
    ]);
  });

  it('measure store commands, and count those that failed', async () => {
    const subject = metrics('1.2.3', () => nobody);
    subject.command({ name: 'find', outcome: 'succeeded', seconds: 0.001 });
    subject.command({ name: 'insert', outcome: 'failed', seconds: 0.002 });
    expect(await lines(subject, 'rollcall_store_command_duration_seconds_count')).to.have.members([
      'rollcall_store_command_duration_seconds_count{command="find"} 1',
      'rollcall_store_command_duration_seconds_count{command="insert"} 1',
    ]);
    expect(await lines(subject, 'rollcall_store_command_failures_total')).to.deep.equal([
      'rollcall_store_command_failures_total{command="insert"} 1',
    ]);
  });

  it('measure batches, and show the pool, the process and what runs in it', async () => {
    const subject = metrics('1.2.3', () => nobody);
    subject.batch(1);
    subject.batch(7);
    expect(await lines(subject, 'rollcall_commit_batch_size')).to.include.members([
      'rollcall_commit_batch_size_bucket{le="1"} 1',
      'rollcall_commit_batch_size_bucket{le="10"} 2',
      'rollcall_commit_batch_size_sum 8',
    ]);
    expect(await lines(subject, 'rollcall_mongodb_pool')).to.deep.equal([
      'rollcall_mongodb_pool_size 3',
      'rollcall_mongodb_pool_in_use 2',
      'rollcall_mongodb_pool_waiting 1',
    ]);
    expect(await lines(subject, 'rollcall_build_info')).to.deep.equal([
      `rollcall_build_info{version="1.2.3",node="${process.version}"} 1`,
    ]);
    expect(await lines(subject, 'nodejs_eventloop_lag_seconds ')).to.have.length(1);
  });

  it('of several workers are one text that names each metric once, and each line’s worker', async () => {
    const [one, two] = [metrics('1.2.3', () => nobody), metrics('1.2.3', () => nobody)];
    one.answered({ ...answered, connection: 'c1' });
    two.batch(7);
    const text = merged([await one.text('1'), await two.text('2')]);
    const heads = text.match(/^# (HELP|TYPE) \S+/gm) ?? [];
    expect(new Set(heads)).to.have.length(heads.length);
    expect(text.split('\n').filter((line) => /^rollcall_(http_requests_total|mongodb_pool_size)/.test(line))).to.eql([
      'rollcall_http_requests_total{method="GET",route="/scim/v2/Users",status="200",connection="c1",worker="1"} 1',
      'rollcall_mongodb_pool_size{worker="1"} 3',
      'rollcall_mongodb_pool_size{worker="2"} 3',
    ]);
    const alone = await one.text();
    expect(merged([alone])).to.equal(alone);
  });
});
