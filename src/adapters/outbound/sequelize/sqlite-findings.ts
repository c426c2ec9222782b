import { broken, fine, weak, type Finding } from '../../../application/diagnosis/finding.ts';

const MIB = 1_024 * 1_024;
const FREE_BYTES_WARN = 1_024 * MIB;
const FREE_BYTES_FAIL = 100 * MIB;
const WAL_BYTES_WARN = 1_024 * MIB;
/** Numbers of statfs(2): NFS, SMB, CIFS and SMB2. */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42]);

export interface SqliteFacts {
  readonly journalMode: string;
  /** 2 is FULL. */
  readonly synchronous: number;
  /** The permission bits of the file. */
  readonly mode: number;
  /** Whether this account may write the file and its folder. */
  readonly isWritable: boolean;
  readonly freeBytes: number;
  readonly fileSystem: number;
  readonly walBytes: number;
}

/** What a database file and where it lies mean for what Parley promises. */
export const sqliteFindings = (facts: SqliteFacts): readonly Finding[] => [
  journal(facts),
  permissions(facts),
  disk(facts),
  fileSystem(facts),
];

function journal({ journalMode, synchronous, walBytes }: SqliteFacts): Finding {
  const seen = `journal_mode is ${journalMode}, synchronous is ${synchronous}, ${mib(walBytes)} in the WAL`;
  if (synchronous < 2) {
    return broken(
      'sqlite-journal',
      seen,
      'A power cut may lose acknowledged messages: synchronous has to be 2 (FULL).',
    );
  }
  if (journalMode !== 'wal') {
    const advice = 'The server changes it to wal when it starts, and needs the file alone for that moment.';
    return weak('sqlite-journal', seen, advice);
  }
  if (walBytes < WAL_BYTES_WARN) return fine('sqlite-journal', seen);
  return weak(
    'sqlite-journal',
    seen,
    'A reader that never ends keeps the WAL from being emptied: find it, or restart.',
  );
}

function permissions({ mode, isWritable }: SqliteFacts): Finding {
  const seen = `mode ${mode.toString(8).padStart(3, '0')}, ${isWritable ? 'writable' : 'not writable'}`;
  if (!isWritable) {
    const advice = 'This account has to be able to write the file and its folder (chown, chmod u+rw).';
    return broken('sqlite-permissions', seen, advice);
  }
  if ((mode & 0o077) === 0) return fine('sqlite-permissions', seen);
  return weak('sqlite-permissions', seen, 'Other accounts of this machine can read or write everything: chmod 600.');
}

function disk({ freeBytes }: SqliteFacts): Finding {
  const seen = `${mib(freeBytes)} free`;
  const advice = 'On a full disk nothing can be stored, and every send is refused: make room.';
  if (freeBytes < FREE_BYTES_FAIL) return broken('sqlite-disk', seen, advice);
  return freeBytes < FREE_BYTES_WARN ? weak('sqlite-disk', seen, advice) : fine('sqlite-disk', seen);
}

function fileSystem(facts: SqliteFacts): Finding {
  if (!NETWORK_FILE_SYSTEMS.has(facts.fileSystem)) return fine('sqlite-file-system', 'local');
  const advice = 'WAL needs memory that all processes share, which a network cannot give: use a local disk.';
  return broken('sqlite-file-system', 'a network file system', advice);
}

const mib = (bytes: number): string => `${Math.floor(bytes / MIB).toLocaleString('en')} MiB`;
