import { createHash } from 'node:crypto';
import type { Clock, IdGenerator } from '../../../../application/ports/index.ts';
import { connect } from '../connection.ts';
import { Database } from '../database.ts';
import { migrateUp } from '../migrations/migrate.ts';
import { persistenceOn } from '../persistence.ts';
import type { FoundingCounts } from './founding-rows.ts';
import { detectSchema } from './founding-schema.ts';
import { FoundingSource } from './founding-source.ts';
import { stretches } from './happenings.ts';
import { ImportHistory } from './import-history.ts';
import { ImportPeople } from './import-people.ts';
import { ImportRoomsState, type Mismatch } from './import-rooms-state.ts';
import { ImportTables, type Position } from './import-tables.ts';
import { Remarks, type Remark } from './remarks.ts';

export type ImportPhase = 'users' | 'rooms' | 'history' | 'receipts';

export interface ImportOptions {
  readonly sourceUrl: string;
  readonly url: string;
  readonly ssl: boolean;
  readonly poolMax: number;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** Looks at every row again, instead of going on where the import before this one was. */
  readonly fromStart: boolean;
  /** Only says what there is and what is missing. */
  readonly checkOnly: boolean;
  readonly tell: (phase: ImportPhase, done: number, total: number) => void;
}

export interface ImportReport {
  /** What the source lacks; nothing was written then. */
  readonly problems: readonly string[];
  readonly source: FoundingCounts | null;
  /** Written by this call; what was there already is not in it. */
  readonly users: number;
  readonly rooms: number;
  /** Joins and messages that this call looked at. */
  readonly history: number;
  readonly membersWithReceipts: number;
  readonly roomsVerified: number;
  readonly mismatches: readonly Mismatch[];
  readonly remarks: readonly Remark[];
}

const NOTHING: Omit<ImportReport, 'problems' | 'source'> = {
  users: 0,
  rooms: 0,
  history: 0,
  membersWithReceipts: 0,
  roomsVerified: 0,
  mismatches: [],
  remarks: [],
};
const START: Position = { joins: null, messages: null };

/**
 * Copies a database of the founding schema into ours: ids, passwords and invite codes stay what they are, the order by
 * time and id becomes the order of each room. Interrupted anywhere, it goes on there when it is called again; called
 * once more, it finds everything there.
 */
export async function importFounding(options: ImportOptions): Promise<ImportReport> {
  const source = await FoundingSource.open(options.sourceUrl);
  if (!(source instanceof FoundingSource)) return { ...NOTHING, problems: source, source: null };
  try {
    const counts = await source.counts();
    if (options.checkOnly) return { ...NOTHING, problems: [], source: counts };
    return await intoOurs(options, source, counts);
  } finally {
    await source.close();
  }
}

async function intoOurs(options: ImportOptions, source: FoundingSource, counts: FoundingCounts): Promise<ImportReport> {
  const { url, ssl, poolMax, clock } = options;
  const connected = await connect({ url, ssl, poolMax, deadlineMs: null });
  try {
    // Our migrations would take its tables for ours.
    const { schema } = await detectSchema(connected.sequelize, connected.dialect);
    if (schema !== null) throw new SameDatabase();
  } catch (error) {
    await connected.sequelize.close();
    throw error;
  }
  await migrateUp({ url, ssl, clock });
  const database = new Database(connected);
  const persistence = persistenceOn(database);
  try {
    const tables = new ImportTables(database);
    const remarks = new Remarks();
    const people = await importPeople(options, source, { tables, remarks }, counts);
    const history = await importHistory(options, source, { tables, remarks }, counts);
    const state = new ImportRoomsState({ source, tables, receipts: persistence.receipts });
    const rooms = await settleRooms(options, source, state, counts);
    return { problems: [], source: counts, ...people, history, ...rooms, remarks: remarks.all() };
  } finally {
    await persistence.close();
  }
}

export class SameDatabase extends Error {
  override readonly name = 'SameDatabase';

  constructor() {
    super('DATABASE_URL names a database of the founding schema. Import into another, empty one.');
  }
}

interface Target {
  readonly tables: ImportTables;
  readonly remarks: Remarks;
}

async function importPeople({ ids, tell }: ImportOptions, source: FoundingSource, to: Target, counts: FoundingCounts) {
  const people = new ImportPeople({ ...to, ids });
  const written = { users: 0, rooms: 0 };
  let done = 0;
  for await (const page of source.users()) {
    written.users += await people.users(page);
    tell('users', (done += page.length), counts.users);
  }
  done = 0;
  for await (const page of source.rooms()) {
    written.rooms += await people.rooms(page);
    tell('rooms', (done += page.length), counts.rooms);
  }
  return written;
}

async function importHistory(options: ImportOptions, source: FoundingSource, to: Target, counts: FoundingCounts) {
  const { clock, tell, fromStart } = options;
  const importId = createHash('sha256').update(source.name).digest('hex').slice(0, 32);
  const history = new ImportHistory({ ...to, clock, importId });
  const from = fromStart ? START : await to.tables.position(importId);
  const streams = { joins: source.joins(from.joins), messages: source.messages(from.messages) };
  let done = 0;
  for await (const { happenings, position } of stretches(streams, from)) {
    await history.write(happenings, position);
    tell('history', (done += happenings.length), counts.members + counts.messages);
  }
  return done;
}

async function settleRooms(
  { tell }: ImportOptions,
  source: FoundingSource,
  state: ImportRoomsState,
  counts: FoundingCounts,
) {
  const mismatches: Mismatch[] = [];
  let [membersWithReceipts, roomsVerified] = [0, 0];
  for await (const page of source.rooms()) {
    const ids = page.map(({ id }) => id.toLowerCase());
    await state.begin(ids);
    membersWithReceipts += await state.marks(ids);
    mismatches.push(...(await state.verify(ids)));
    tell('receipts', (roomsVerified += ids.length), counts.rooms);
  }
  return { membersWithReceipts, roomsVerified, mismatches };
}
