import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { EXIT } from '../../src/main/cli/cli-error.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/main/config/config.ts';

const read = (file: string) => readFileSync(`deploy/${file}`, 'utf8');

/** Fails on whatever a strict parser of YAML finds. */
function documentsOf(file: string): unknown[] {
  return parseAllDocuments(read(file), { strict: true, merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as unknown;
  });
}

interface Compose {
  readonly services: Readonly<Record<string, { environment?: object; stop_grace_period?: string; volumes?: string[] }>>;
}

interface Workload {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value: string }[];
          readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
          readonly readinessProbe: { readonly httpGet: { readonly path: string } };
          readonly livenessProbe: { readonly httpGet: { readonly path: string } };
        }[];
      };
    };
  };
}

const known = new Set<string>(ENVIRONMENT_VARIABLES);

describe('what it takes to deploy', () => {
  it('an image of what is there, started as npm start does', () => {
    const dockerfile = read('Dockerfile');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, paths = '']) =>
      paths.split(' ').slice(0, -1),
    );
    expect(copied.length).toBeGreaterThan(5);
    const ignored = read('Dockerfile.dockerignore').split('\n');
    for (const path of copied) {
      expect(existsSync(path), path).toBe(true);
      expect(ignored).toContain(`!${path.replace(/^\.\//, '')}`);
    }
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
    const command = JSON.parse(/^CMD (\[.+\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    expect(command.join(' ')).toBe(scripts.start);
    const set = [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => line.split(' '));
    for (const name of set.map((pair) => pair.split('=')[0] ?? '')) expect(known).toContain(name);
    expect(dockerfile).toMatch(/^USER \d+:\d+$/m);
  });

  it('nodes that are given what the server reads, and time to end', () => {
    const [compose] = documentsOf('compose.yaml') as [Compose];
    const { 'node-a': node, proxy } = compose.services;
    for (const name of Object.keys(node?.environment ?? {})) expect(known).toContain(name);
    expect(Number.parseInt(node?.stop_grace_period ?? '', 10)).toBeGreaterThan(10);
    for (const volume of proxy?.volumes ?? []) expect(existsSync(`deploy/${volume.split(':')[0] ?? ''}`)).toBe(true);
  });

  it('a workload that waits for its end as long as the server may take', () => {
    const documents = documentsOf('kubernetes/parley.yaml') as Workload[];
    expect(documents.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    const spec = documents[0]?.spec.template.spec;
    const container = spec?.containers[0];
    const environment = new Map(container?.env.map(({ name, value }) => [name, value]));
    for (const name of environment.keys()) expect(known).toContain(name);
    const endsAfter =
      (container?.lifecycle.preStop.sleep.seconds ?? 0) +
      Number.parseInt(environment.get('SHUTDOWN_TIMEOUT') ?? '', 10);
    expect(spec?.terminationGracePeriodSeconds).toBeGreaterThan(endsAfter);
    expect(container?.livenessProbe.httpGet.path).toBe('/health');
    expect(container?.readinessProbe.httpGet.path).toBe('/ready');
  });

  it('a unit that starts it as npm start does, and waits for its end', () => {
    const lines = read('systemd/parley.service').split('\n');
    const valueOf = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
    expect(valueOf('ExecStart')).toBe(`/usr/bin/${scripts.start}`);
    expect(Number(valueOf('TimeoutStopSec'))).toBeGreaterThan(10);
    expect(Number(valueOf('RestartPreventExitStatus'))).toBe(EXIT.configuration);
  });
});
