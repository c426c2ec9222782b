import { readFileSync } from 'node:fs';
import { clientTools } from '../databases/client-tools.ts';
import { run } from '../databases/system.ts';
import type { Flavour } from '../databases/types.ts';

const MAIN = new URL('../../../src/main/main.ts', import.meta.url).pathname;
const PARLEY = `parley() { node --import ${import.meta.resolve('tsx')} ${MAIN} "$@"; }`;

/** The code of a section of docs/operations.md, as it stands there, in its order. */
export function codeOf(heading: string, language = 'sh'): string[] {
  const sections = readFileSync('docs/operations.md', 'utf8').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`The document has no section ${heading}.`);
  return [...section.matchAll(/^```(\w+)\n(.*?)\n```$/gms)]
    .filter(([, named]) => named === language)
    .map(([, , code = '']) => code);
}

export interface Typing {
  /** Where they are typed. */
  readonly folder: string;
  readonly env?: Record<string, string>;
  /** Of a shell, in place of programs. */
  readonly functions?: readonly string[];
}

/** Types commands into a shell; `parley` is this one. Resolves to what they print, rejects when one of them fails. */
export function type(commands: string, { folder, env = {}, functions = [] }: Typing): Promise<string> {
  const script = [PARLEY, ...functions, `cd ${folder}`, commands].join('\n');
  return run('bash', ['-euc', script], { env: { ...process.env, ...env } });
}

/** `mysqldump`, `mysql` and `mysqlbinlog` as an administrator's own options would have them reach the server. */
export async function clientFunctions(flavour: Flavour, adminUrl: string): Promise<string[]> {
  const { hostname, port, username, password } = new URL(adminUrl);
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname;
  const own = password === '' ? '' : ` --password='${decodeURIComponent(password)}'`;
  const options = `--host=${host} --port=${port || '3306'} --user=${username}${own}`;
  const { dump, client, binaryLog } = await clientTools(flavour);
  return [
    `mysqldump() { ${dump} ${options} "$@"; }`,
    `mysql() { ${client} ${options} "$@"; }`,
    `mysqlbinlog() { ${binaryLog} ${options} "$@"; }`,
  ];
}

/** What is other on MariaDB, as the document says it. */
export function asOn(flavour: Flavour, commands: string): string {
  if (flavour === 'mysql') return commands;
  return commands
    .replaceAll(' --set-gtid-purged=OFF', '')
    .replaceAll(' --skip-gtids', '')
    .replaceAll('--source-data', '--master-data')
    .replaceAll('--database=parley_restored', '--database=parley');
}
