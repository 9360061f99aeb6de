import type { Command } from 'commander';
import { diagnose } from '../admin/doctor/doctor.ts';
import { severities, type Finding } from '../admin/doctor/finding.ts';
import { tell } from '../words/say.ts';
import { Unwell, type Front, type Output } from './front.ts';

interface Options extends Output {
  readonly token?: string;
  readonly url?: string;
}

/** Adds the command that looks for what is wrong: it ends with 1 where anything is. */
export function doctorCommand(rollcall: Command, front: Front): void {
  const { say, language, out } = front;
  rollcall
    .command('doctor')
    .description(say('help.doctor'))
    .option('--token <token>', say('help.doctor.token'))
    .option('--url <url>', say('help.doctor.url'))
    .option('--json', say('help.json'))
    .action(async ({ token, url, json }: Options) => {
      const meter = front.meter(language, say('progress.doctor'));
      const facts = await front.examine({ token, url, noted: meter.at }).finally(meter.stop);
      const findings = diagnose(facts, new Date());
      const told = findings.map(({ said, ...finding }) => ({ ...finding, sentence: tell(language, said) }));
      const checks = Object.keys(severities).length;
      if (json) out(`${JSON.stringify({ checks, findings: told }, null, 2)}\n`);
      else if (findings.length === 0) out(`${say('cli.healthy', { checks, count: facts.tenants?.length ?? 0 })}\n`);
      else out(`${told.map((finding) => line(front, finding)).join('\n')}\n${summary(front, findings)}\n`);
      if (findings.length > 0) throw new Unwell();
    });
}

const line = ({ say }: Front, { severity, tenant, sentence }: Omit<Finding, 'said'> & { sentence: string }): string =>
  tenant === undefined
    ? say('cli.finding', { severity: say(`severity.${severity}`), sentence })
    : say('cli.finding-of', { severity: say(`severity.${severity}`), tenant, sentence });

function summary({ say }: Front, findings: readonly Finding[]): string {
  const count = (of: Finding['severity']) => findings.filter(({ severity }) => severity === of).length;
  return say('cli.found', {
    errors: say('cli.errors', { count: count('error') }),
    warnings: say('cli.warnings', { count: count('warning') }),
  });
}
