import type { Command } from 'commander';
import type { Finding, Verdict } from '../../../application/diagnosis/finding.ts';
import { diagnose } from '../../diagnosis/diagnose.ts';
import { EXIT } from '../cli-error.ts';
import { answer } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { explain } from '../explain.ts';

const EXAMPLES = `
Examples:
  $ parley doctor               what is wrong, and what to do
  $ parley doctor --strict      for a pipeline: exit code 3 also when something is merely weak

It reads and changes nothing, so it may run beside a live server.
Exit codes: 0 nothing is wrong, 3 something is.`;

interface Flags {
  readonly json?: boolean;
  readonly strict?: boolean;
}

export function addDoctor(program: Command, { io, end }: CommandContext): void {
  program
    .command('doctor')
    .description('look for what is wrong with this installation, and say what to do')
    .option('--strict', 'end with 3 also for what is only weak')
    .option('--json', 'answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json = false, strict = false }: Flags) => {
      const findings = await diagnose(io.env, (error) => explain(error).text ?? 'Nobody knows why.');
      const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
      const [warn, fail] = [count('warn'), count('fail')];
      const lines = [...findings.flatMap(inLines), '', `${count('ok')} ok, ${warn} weak, ${fail} wrong`];
      answer(io, json, { ok: count('ok'), warn, fail, findings }, lines);
      end(fail > 0 || (strict && warn > 0) ? EXIT.found : EXIT.ok);
    });
}

const WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok   ', warn: 'WEAK ', fail: 'WRONG' };

const inLines = ({ check, verdict, seen, advice }: Finding): string[] => [
  `${WORDS[verdict]} ${check.padEnd(20)} ${seen}`,
  ...(advice === null ? [] : [`      ${' '.repeat(20)} ${advice}`]),
];
