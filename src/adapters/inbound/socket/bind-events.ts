import type * as z from 'zod';
import { AppError } from '../../../application/errors/app-error.ts';
import type * as ports from '../../../application/ports/index.ts';
import { contract, type Contract } from '../../../contract/contract.ts';
import { toWireFailure } from '../../wire/error-map.ts';
import { parseRequest } from '../../wire/parse-request.ts';
import { FrameBudget, type FrameBudgetRule } from './frame-budget.ts';
import type { SocketSession } from './socket-session.ts';

type Events = Contract['clientEvents'];
type EventName = keyof Events;

/** A mapped type, not a Record: an event of the contract without a handler does not compile. */
export type SocketHandlers = {
  [E in keyof Events]: (
    session: SocketSession,
    payload: z.output<Events[E]['payload']>,
  ) => Promise<z.output<Events[E]['reply']>>;
};

type AnyHandler = (session: SocketSession, payload: unknown) => Promise<unknown>;

export interface SocketEdge {
  /** Null: no limit. */
  readonly frameBudget: FrameBudgetRule | null;
  readonly nowMs: () => number;
  /** A command has begun; the function that is returned says that it has ended. */
  readonly began: () => () => void;
  /** The node is about to go; what comes now is for another one. */
  readonly isClosed: () => boolean;
  readonly reportBug: (event: string, session: SocketSession, error: unknown) => void;
  readonly probe: Pick<ports.Probe, 'command'>;
  readonly tracer: Pick<ports.Tracer, 'root'>;
}

const EVENT_NAMES = Object.keys(contract.clientEvents) as EventName[];
const DECLARED = new Set<unknown>(EVENT_NAMES);
/** Later events of the same socket wait for this one. */
const OPENS_ROOMS: EventName = 'join_room';
const NO_SUCH_EVENT = 'There is no such event.';
/** A client of a node that goes is connected to another one after this long, about. */
const ELSEWHERE_MS = 1_000;
const NOTHING_MORE = {};
const NO_LINKS: readonly never[] = [];
/** As much of an unknown event's name as is told back. */
const EVENT_CHARS_MAX = 64;

/**
 * The one place where events of a client enter. Whatever arrives is answered, with the ack if there is one and with
 * `error` otherwise; nothing that a handler throws leaves this function.
 */
export function bindEvents(session: SocketSession, handlers: SocketHandlers, edge: SocketEdge): void {
  const { socket } = session;
  const budget = edge.frameBudget ? new FrameBudget(edge.frameBudget, edge.nowMs()) : null;
  for (const event of EVENT_NAMES) {
    const schema = contract.clientEvents[event].payload;
    const handler = handlers[event] as AnyHandler;
    const name = `parley ${event}`;
    const admit = (request: unknown): unknown => {
      if (edge.isClosed()) throw new AppError('OVERLOADED', { retryAfterMs: ELSEWHERE_MS });
      if (budget && !budget.take(edge.nowMs())) throw refuse(session, budget);
      return parseRequest(schema, request);
    };
    const run = (payload: unknown): Promise<unknown> =>
      session.gate ? session.gate.then(() => handler(session, payload)) : handler(session, payload);
    const begin = (request: unknown) => edge.tracer.root(name, NOTHING_MORE, NO_LINKS, () => run(admit(request)));
    socket.on(event, (...args: unknown[]) => {
      const answer = answerOf(args.at(-1));
      const ended = edge.began();
      const startedMs = performance.now();
      const end = (tell: () => void) => {
        try {
          tell();
        } catch (error) {
          edge.reportBug(event, session, error);
        } finally {
          ended();
        }
      };
      const failed = (thrown: unknown) => {
        end(() => edge.probe.command(event, fail(session, edge, event, thrown, answer), performance.now() - startedMs));
      };
      try {
        const work = begin(args[0] === answer ? undefined : args[0]);
        if (event === OPENS_ROOMS) session.hold(work);
        work.then((data) => {
          edge.probe.command(event, 'ok', performance.now() - startedMs);
          end(() => answer?.({ ok: true, data }));
        }, failed);
      } catch (thrown) {
        failed(thrown);
      }
    });
  }
  socket.onAny((event: unknown, ...args: unknown[]) => {
    if (DECLARED.has(event)) return;
    // Whoever waits for an ack is not left waiting, and a flood of what nobody declared is a flood too.
    const spent = budget && !budget.take(edge.nowMs());
    const thrown = spent ? refuse(session, budget) : new AppError('VALIDATION_FAILED', { message: NO_SUCH_EVENT });
    const name = String(event).slice(0, EVENT_CHARS_MAX);
    edge.probe.command(null, fail(session, edge, name, thrown, answerOf(args.at(-1))), 0);
  });
}

/** A client may leave the ack out or send junk in its place; neither may end the process. */
function answerOf(ack: unknown): ((reply: unknown) => void) | null {
  return typeof ack === 'function' ? (ack as (reply: unknown) => void) : null;
}

/** Returns the code that was told. */
function fail(
  session: SocketSession,
  edge: SocketEdge,
  event: string,
  thrown: unknown,
  answer: ((reply: unknown) => void) | null,
): string {
  const { error, isBug } = toWireFailure(thrown);
  if (isBug) edge.reportBug(event, session, thrown);
  if (answer) answer({ ok: false, error });
  else session.socket.emit('error', { event, ...error });
  return error.code;
}

function refuse(session: SocketSession, budget: FrameBudget): AppError {
  // The connection is closed under the socket, so that an ordinary client comes back by itself, more slowly.
  if (budget.exhausted) session.socket.conn.close();
  return new AppError('RATE_LIMITED', { retryAfterMs: budget.retryAfterMs });
}
