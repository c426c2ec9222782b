import { readFile } from 'node:fs/promises';
import { broken, fine, weak, type Finding } from '../../../application/diagnosis/finding.ts';

const NODE_MIN = [20, 19] as const;
const NODE_SUPPORTED = 22;
const OPEN_FILES_MIN = 10_240;

export interface ProcessFacts {
  /** As in `process.versions.node`. */
  readonly node: string;
  /** Null where the system does not say. */
  readonly openFilesMax: number | null;
}

export async function inspectProcess(): Promise<ProcessFacts> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  const openFilesMax = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  return { node: process.versions.node, openFilesMax: soft === undefined ? null : openFilesMax };
}

export const processFindings = (facts: ProcessFacts): readonly Finding[] => [node(facts), openFiles(facts)];

function node({ node }: ProcessFacts): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const seen = `version ${node}`;
  if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
    return broken('node', seen, `Parley needs Node ${NODE_MIN.join('.')} or newer.`);
  }
  if (major >= NODE_SUPPORTED) return fine('node', seen);
  return weak('node', seen, `Node ${major} gets no security fixes any more: use Node ${NODE_SUPPORTED} or newer.`);
}

function openFiles({ openFilesMax }: ProcessFacts): Finding {
  if (openFilesMax === null) return fine('open-files', 'the system does not say how many there may be');
  const seen = `${openFilesMax === Number.POSITIVE_INFINITY ? 'any number' : openFilesMax} at most`;
  if (openFilesMax >= OPEN_FILES_MIN) return fine('open-files', seen);
  const advice = `Each connection takes one: raise the limit to 65,536 (ulimit -n, LimitNOFILE=, --ulimit nofile).`;
  return weak('open-files', seen, advice);
}
