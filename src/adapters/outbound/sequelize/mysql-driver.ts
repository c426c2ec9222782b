import mysql2, { type Connection, type ConnectionOptions } from 'mysql2';

type Done = (error: Error | null, ...results: unknown[]) => void;
type Send = (statement: string | { readonly sql: string }, ...rest: unknown[]) => unknown;

class QueryDeadline extends Error {
  override readonly name = 'QueryDeadline';
  /** As mysql2 marks what ends a connection: nobody knows what became of the statement. */
  readonly fatal = true;
}

/**
 * The module that Sequelize sees as mysql2. Neither of the two has a time limit for a statement, so a paused server
 * would hold every caller for ever: here a statement that takes too long fails, and its connection is given up.
 */
export const mysqlDriver = (deadlineMs: number | null): object => ({
  createConnection(config: ConnectionOptions): Connection {
    const connection = mysql2.createConnection(config);
    for (const method of ['query', 'execute'] as const) {
      const send = connection[method].bind(connection) as Send;
      Object.assign(connection, { [method]: guarded(connection, send, deadlineMs) });
    }
    return connection;
  },
});

function guarded(connection: Connection, send: Send, deadlineMs: number | null): Send {
  return (statement, ...rest) => {
    const done = rest.pop() as Done;
    let settled = false;
    const settle: Done = (error, ...results) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      // A transaction ends with its connection, so an attempt to undo it on a dead connection has succeeded.
      if (error !== null && isRollback(statement) && 'fatal' in error) done(null, {}, undefined);
      else done(error, ...results);
    };
    const giveUp = () => {
      settle(new QueryDeadline('The database did not answer in time.'));
      connection.destroy();
      // destroy() only ends our side, and waits for a peer that may be frozen.
      (connection as unknown as { stream: { destroy(): void } }).stream.destroy();
    };
    const timer = deadlineMs === null ? undefined : setTimeout(giveUp, deadlineMs);
    return send(statement, ...rest, settle);
  };
}

const isRollback = (statement: string | { readonly sql: string }): boolean =>
  typeof statement !== 'string' && statement.sql === 'ROLLBACK;';
