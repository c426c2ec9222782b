import { broken, fine, weak, type Finding } from '../../../application/diagnosis/finding.ts';

// A full batch of the longest characters, escaped.
const PACKET_BYTES_MIN = 8 * 1_024 * 1_024;
/** What a server needs besides the pool of one node: an operator, a backup, a command. */
const CONNECTIONS_SPARE = 10;

/** The variables of a session that the findings are about. */
export const ASKED = [
  'version',
  'character_set_client',
  'max_allowed_packet',
  'innodb_flush_log_at_trx_commit',
  'log_bin',
  'sync_binlog',
  'binlog_format',
  'max_connections',
  'read_only',
  'time_zone',
  'transaction_isolation',
  'tx_isolation',
  'sql_mode',
];

export type Settings = ReadonlyMap<string, string>;

/** What the settings of MySQL or MariaDB mean for what Parley promises. */
export const serverFindings = (settings: Settings, poolMax: number): readonly Finding[] => [
  charset(settings),
  packets(settings),
  binlogFormat(settings),
  durability(settings),
  session(settings),
  writable(settings),
  connections(settings, poolMax),
];

function charset(settings: Settings): Finding {
  const spoken = settings.get('character_set_client') ?? 'nothing';
  const seen = `the connection speaks ${spoken}`;
  if (spoken === 'utf8mb4') return fine('mysql-charset', seen);
  const advice = 'It has to be utf8mb4, or texts are changed on their way. A proxy in between may have changed it.';
  return broken('mysql-charset', seen, advice);
}

function packets(settings: Settings): Finding {
  const seen = `max_allowed_packet is ${settings.get('max_allowed_packet') ?? 'unknown'}`;
  if (Number(settings.get('max_allowed_packet')) >= PACKET_BYTES_MIN) return fine('mysql-packets', seen);
  const advice = `A batch of messages would not fit: set max_allowed_packet to ${PACKET_BYTES_MIN} or more.`;
  return broken('mysql-packets', seen, advice);
}

// Without a binary log there is nothing to synchronise, and its format is nobody's business.
const hasBinaryLog = (settings: Settings): boolean => settings.get('log_bin') === 'ON';

function binlogFormat(settings: Settings): Finding {
  if (!hasBinaryLog(settings)) return fine('mysql-binlog-format', 'there is no binary log');
  const seen = `binlog_format is ${settings.get('binlog_format') ?? 'unknown'}`;
  if (settings.get('binlog_format') !== 'STATEMENT') return fine('mysql-binlog-format', seen);
  return broken('mysql-binlog-format', seen, 'It cannot take READ COMMITTED: set binlog_format=ROW.');
}

function durability(settings: Settings): Finding {
  const names = ['innodb_flush_log_at_trx_commit', ...(hasBinaryLog(settings) ? ['sync_binlog'] : [])];
  const seen = names.map((name) => `${name} is ${settings.get(name) ?? 'unknown'}`).join(', ');
  if (names.every((name) => settings.get(name) === '1')) return fine('mysql-durability', seen);
  const advice = 'A crash of the database may lose messages that were acknowledged: set these to 1.';
  return weak('mysql-durability', seen, advice);
}

/** Each session asks for these; one that does not have them has met something that answers in the server's place. */
function session(settings: Settings): Finding {
  const isolation = settings.get('transaction_isolation') ?? settings.get('tx_isolation') ?? 'unknown';
  const zone = settings.get('time_zone') ?? 'unknown';
  const isStrict = settings.get('sql_mode')?.includes('STRICT_ALL_TABLES') ?? false;
  const seen = `isolation ${isolation}, time zone ${zone}, ${isStrict ? 'strict' : 'not strict'}`;
  if (isolation === 'READ-COMMITTED' && zone === '+00:00' && isStrict) return fine('mysql-session', seen);
  const advice = 'Settings of the session do not hold. Does a proxy share connections? Connect to the server itself.';
  return broken('mysql-session', seen, advice);
}

function writable(settings: Settings): Finding {
  if (settings.get('read_only') !== 'ON') return fine('mysql-writable', 'the server takes writes');
  const advice = 'It is most likely a replica: DATABASE_URL has to name the primary.';
  return broken('mysql-writable', 'the server is read only', advice);
}

function connections(settings: Settings, poolMax: number): Finding {
  const max = Number(settings.get('max_connections'));
  const seen = `max_connections is ${max}, a node takes up to ${poolMax}`;
  if (max >= poolMax + CONNECTIONS_SPARE) return fine('mysql-connections', seen);
  const advice = 'Raise max_connections to the pools of all nodes and some to spare, or lower DB_POOL_MAX.';
  return weak('mysql-connections', seen, advice);
}
