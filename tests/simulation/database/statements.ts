import { primaryOf, type Engine, type Row, type Tx, type View } from './engine.ts';

type Values = readonly unknown[];

/** A read, by the text of its statement. What the adapter says in new words has to be taught here. */
export function select(sql: string, values: Values, view: View): Row[] {
  const text = flat(sql);
  if (text.startsWith('SELECT MAX(seq)')) return [{ seq: headOf(view, values[0]) }];
  if (text.startsWith('SELECT seq FROM room_log WHERE id = ?')) return byIds(view, [values[0]]);
  if (text.startsWith('SELECT id, seq FROM room_log WHERE id IN (?)')) return byIds(view, values[0] as string[]);
  if (text.startsWith('SELECT r.id,')) return heads(view, values[0] as string[]);
  if (text.startsWith('SELECT room_id, COUNT(*)')) return counts(view, values);
  if (text.startsWith('SELECT * FROM (')) return lastMessages(view, values);
  if (text.startsWith('SELECT m.role, r.slow_mode_seconds')) return standing(view, values);
  if (text.startsWith('SELECT r.*, m.role')) return memberships(view, String(values[0]));
  if (text.startsWith('SELECT room_id, user_id FROM room_members WHERE'))
    return membersAmong(view, values[0] as Values[]);
  const where = /^SELECT room_id, seq, id, .* FROM room_log .*?WHERE (.*)$/.exec(text)?.[1];
  if (where !== undefined) return entries(where, values, view);
  throw new Error(`The simulated database does not know: ${text}`);
}

/** A read that locks what it finds, or null when this is none. */
export function selectForUpdate(
  sql: string,
  values: Values,
): readonly (readonly ['rooms' | 'members', string])[] | null {
  const text = flat(sql);
  if (!text.endsWith('FOR UPDATE')) return null;
  if (text.startsWith('SELECT id FROM rooms WHERE id IN (?)')) {
    return (values[0] as string[]).toSorted().map((id) => ['rooms', id] as const);
  }
  if (text.includes('FROM room_members WHERE')) {
    return pairs(values).map(([roomId, userId]) => ['members', `${String(roomId)}/${String(userId)}`] as const);
  }
  throw new Error(`The simulated database does not know: ${text}`);
}

/** A statement that writes; resolves to how many rows it found. */
export async function change(sql: string, values: Values, engine: Engine, tx: Tx): Promise<number> {
  const text = flat(sql);
  if (text.includes('ROW_NUMBER() OVER (PARTITION BY r.id ORDER BY d.n)'))
    return insertBehind(text, values, engine, tx);
  if (text.startsWith('INSERT INTO room_log')) {
    const rows = text.endsWith('VALUES ?') ? (values[0] as Values[]).map(toLogRow) : [nextRow(values, engine.view(tx))];
    await engine.insert(tx, 'log', rows);
    return rows.length;
  }
  if (text.startsWith('UPDATE room_members SET unread_from_seq = ?')) {
    const [fromSeq, roomId, userId] = values;
    return updateMember(engine, tx, `${String(roomId)}/${String(userId)}`, { unread_from_seq: fromSeq });
  }
  if (text.startsWith('UPDATE room_members SET delivered_seq = CASE')) return storeMarks(values, engine, tx);
  // Nothing in a run depends on when somebody was last seen.
  if (text.startsWith('UPDATE users')) return 0;
  throw new Error(`The simulated database does not know: ${text}`);
}

const flattened = new Map<string, string>();

/** The text of a statement, whatever way it is broken into lines. */
function flat(sql: string): string {
  const known = flattened.get(sql);
  if (known !== undefined) return known;
  const text = sql.replace(/\s+/g, ' ').trim();
  flattened.set(sql, text);
  return text;
}

const membersAmong = (view: View, pairs: readonly Values[]): Row[] =>
  pairs
    .map(([roomId, userId]) => view.get('members', `${String(roomId)}/${String(userId)}`))
    .filter((row) => row !== undefined);

const headOf = (view: View, roomId: unknown): number | null =>
  (view.log(String(roomId)).at(-1)?.['seq'] as number | undefined) ?? null;

const heads = (view: View, roomIds: readonly string[]): Row[] =>
  roomIds.filter((id) => view.get('rooms', id) !== undefined).map((id) => ({ id, seq: headOf(view, id) }));

const byIds = (view: View, ids: readonly unknown[]): Row[] => view.rows('log').filter((row) => ids.includes(row['id']));

function entries(where: string, values: Values, view: View): Row[] {
  if (where.startsWith('(room_id = ? AND seq > ? AND seq <= ?)')) {
    const groups = Array.from({ length: values.length / 3 }, (_, index) => values.slice(index * 3, index * 3 + 3));
    return groups.flatMap(([roomId, after, to]) =>
      view.log(String(roomId)).filter((row) => seqOf(row) > Number(after) && seqOf(row) <= Number(to)),
    );
  }
  if (where.startsWith("room_id = ? AND type = 'message'")) return messagePage(where, values, view);
  switch (where) {
    case 'id = ?':
      return byIds(view, values);
    case 'id IN (?)':
      return byIds(view, values[0] as string[]);
    case 'room_id = ? AND seq = ?':
      return at(view, values);
    case '(room_id, seq) IN (?)':
      return (values[0] as Values[]).flatMap((place) => at(view, place));
    case 'room_id = ? AND actor_id = ? AND client_message_id = ?':
      return byClientKeys(view, [values]);
    case '(room_id, actor_id, client_message_id) IN (?)':
      return byClientKeys(view, values[0] as Values[]);
    default:
      throw new Error(`The simulated database does not know: WHERE ${where}`);
  }
}

const seqOf = (row: Row): number => Number(row['seq']);

const at = (view: View, [roomId, seq]: Values): Row[] => view.log(String(roomId)).filter((row) => row['seq'] === seq);

const byClientKeys = (view: View, keys: readonly Values[]): Row[] =>
  keys.flatMap(([roomId, actorId, key]) =>
    view.log(String(roomId)).filter((row) => row['actor_id'] === actorId && row['client_message_id'] === key),
  );

function messagePage(where: string, values: Values, view: View): Row[] {
  const messages = view.log(String(values[0])).filter((row) => row['type'] === 'message');
  const limit = Number(values.at(-1));
  if (where.includes('seq > ?')) return messages.filter((row) => seqOf(row) > Number(values[1])).slice(0, limit);
  const below = where.includes('seq < ?') ? messages.filter((row) => seqOf(row) < Number(values[1])) : messages;
  return below.toReversed().slice(0, limit);
}

function counts(view: View, values: Values): Row[] {
  const found: Row[] = [];
  const exceptOf = values.at(-1);
  for (let start = 0; start < values.length - 1; start += 3) {
    const [roomId, after, to] = values.slice(start, start + 3);
    const count = view
      .log(String(roomId))
      .filter((row) => seqOf(row) > Number(after) && seqOf(row) <= Number(to))
      .filter((row) => row['type'] === 'message' && row['actor_id'] !== exceptOf).length;
    found.push({ room_id: roomId, count });
  }
  return found;
}

const lastMessages = (view: View, values: Values): Row[] =>
  pairs(values)
    .map(([roomId, seq]) =>
      view.log(String(roomId)).findLast((row) => row['type'] === 'message' && seqOf(row) <= Number(seq)),
    )
    .filter((row) => row !== undefined);

function standing(view: View, [roomId, userId]: Values): Row[] {
  const member = view.get('members', `${String(roomId)}/${String(userId)}`);
  const room = view.get('rooms', String(roomId));
  if (!member || !room) return [];
  const mute = view.get('sanctions', `${String(roomId)}/mute/${String(userId)}`);
  const { created_at: muted_at = null, expires_at: muted_until = null } = mute ?? {};
  return [{ ...room, role: member['role'], muted_at, muted_until }];
}

const memberships = (view: View, userId: string): Row[] => {
  const members = view.rows('members');
  return members
    .filter((row) => row['user_id'] === userId)
    .map((row) => ({
      ...view.get('rooms', String(row['room_id'])),
      role: row['role'],
      delivered_seq: row['delivered_seq'],
      read_seq: row['read_seq'],
      unread_from_seq: row['unread_from_seq'],
      member_count: members.filter((other) => other['room_id'] === row['room_id']).length,
      head_seq: headOf(view, row['room_id']),
    }));
};

const pairs = (values: Values): Values[] =>
  Array.from({ length: values.length / 2 }, (_, index) => values.slice(index * 2, index * 2 + 2));

const COLUMNS = 'room_id seq id type actor_id client_message_id content data created_at'.split(' ');

/** A DATETIME comes back from the driver as a Date. */
const toLogRow = (values: Values): Row => ({
  ...Object.fromEntries(COLUMNS.map((column, index) => [column, values[index]])),
  created_at: new Date(`${String(values[8]).replace(' ', 'T')}Z`),
});

function nextRow(values: Values, view: View): Row {
  const [roomId, ...others] = values.slice(0, -1);
  return toLogRow([roomId, (headOf(view, roomId) ?? 0) + 1, ...others]);
}

/** The rooms, then for each draft: its place among them, room, id, sender, client's key, content, time. */
async function insertBehind(text: string, values: Values, engine: Engine, tx: Tx): Promise<number> {
  const [rooms, ...fields] = values as [string[], ...Values];
  const drafts = Array.from({ length: fields.length / 7 }, (_, index) => fields.slice(index * 7, index * 7 + 7));
  // Servers may fix what the statement sees before it has its locks.
  const early = !tx.isUnit && /[02468ace]$/.test(String(drafts[0]?.[2])) ? engine.snapshot() : null;
  for (const room of rooms.toSorted()) await engine.lock(tx, 'rooms', room);
  const view = early ?? engine.view(tx);
  const heads = new Map(rooms.map((room) => [room, headOf(view, room) ?? 0]));
  const isMember = ([, room, , sender]: Values) =>
    view.get('members', `${String(room)}/${String(sender)}`) !== undefined;
  const members = /WHERE EXISTS \( ?SELECT 1 FROM room_members m/.test(text) ? drafts.filter(isMember) : drafts;
  const rows = members.map(([, room, id, sender, key, content, createdAt]) => {
    const seq = (heads.get(String(room)) ?? 0) + 1;
    heads.set(String(room), seq);
    return toLogRow([room, seq, id, 'message', sender, key, content, null, createdAt]);
  });
  await engine.insert(tx, 'log', rows);
  return rows.length;
}

async function updateMember(engine: Engine, tx: Tx, primary: string, fields: Row): Promise<number> {
  await engine.lock(tx, 'members', primary);
  const row = engine.view(tx).get('members', primary);
  if (row === undefined) return 0;
  engine.write(tx, 'members', row, { ...row, ...fields });
  return 1;
}

/** Three columns, each a list of (room, user, value), then the list of (room, user). */
async function storeMarks(values: Values, engine: Engine, tx: Tx): Promise<number> {
  const count = values.length / 11;
  const valueOf = (column: number, index: number) => values[(column * count + index) * 3 + 2];
  let found = 0;
  for (const [index, [roomId, userId]] of pairs(values.slice(count * 9)).entries()) {
    const fields = {
      delivered_seq: valueOf(0, index),
      read_seq: valueOf(1, index),
      unread_from_seq: valueOf(2, index),
    };
    found += await updateMember(engine, tx, primaryOf('members', { room_id: roomId, user_id: userId }), fields);
  }
  return found;
}
