import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Probe, StorageState, WebhookOutcome } from '../../../application/ports/index.ts';
import { QuickHistogram } from './quick-histogram.ts';

/** Seconds. Most answers take single milliseconds, and a promise is about seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const OTHER = 'other';
const WEBHOOK_OUTCOMES: readonly WebhookOutcome[] = ['accepted', 'failed', 'given_up', 'disabled'];

/** Numbers that something else counts, read when somebody asks. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly read: () => number | Promise<number>;
}

/** What Prometheus is told, in a registry of its own: several servers may be in one process. */
export class PrometheusProbe implements Probe {
  readonly #registry = new Registry();
  /** How often each event had each outcome. */
  readonly #commands = new Map<string, Map<string, number>>();
  readonly #commandSeconds = new QuickHistogram({
    name: 'parley_command_duration_seconds',
    help: 'From an event to its answer, where it was done. For send_message: until it is stored.',
    label: 'event',
    bounds: SECONDS,
  });
  readonly #requests = this.#counter('parley_http_requests_total', 'Requests that were answered.', [
    'operation',
    'status',
  ]);
  readonly #requestSeconds = this.#seconds('parley_http_request_duration_seconds', 'From a request to its answer.', [
    'operation',
  ]);
  readonly #refusals = this.#counter('parley_http_refusals_total', 'Requests that were answered with an error.', [
    'code',
  ]);
  readonly #handshakes = this.#counter('parley_handshakes_total', 'Sockets that were let in or refused.', ['outcome']);
  readonly #handshakeSeconds = this.#seconds('parley_handshake_duration_seconds', 'From CONNECT to its answer.', []);
  readonly #disconnects = this.#counter('parley_disconnects_total', 'Sockets that are gone, by the reason.', [
    'reason',
  ]);
  readonly #repaired = this.#counter(
    'parley_repaired_entries_total',
    'Entries that were delivered only after the log was read for them: nobody had told of them.',
    [],
  );
  readonly #webhooks = this.#counter('parley_webhook_attempts_total', 'What became of attempts to deliver.', [
    'outcome',
  ]);
  readonly #statementSeconds = this.#seconds(
    'parley_database_statement_duration_seconds',
    'A statement, its wait for a connection included; not those of models, and no commit.',
    ['access'],
  );
  readonly #statementFailures = this.#counter(
    'parley_database_statement_failures_total',
    'Statements that failed, lost races for a place in a log among them.',
    ['access'],
  );
  readonly #batches = new Histogram({
    name: 'parley_message_batch_size',
    help: 'Messages that were written in one go.',
    buckets: BATCH,
    registers: [this.#registry],
  });
  readonly #batchSeconds = this.#seconds(
    'parley_message_batch_duration_seconds',
    'From the start of a batch until it is stored.',
    [],
  );
  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#registry.registerMetric(this.#commandSeconds.asMetric);
    // A rate is of a series that was there before: one that begins with its first failure shows none.
    for (const outcome of WEBHOOK_OUTCOMES) this.#webhooks.inc({ outcome }, 0);
    const commands = this.#commands;
    new Counter({
      name: 'parley_commands_total',
      help: 'Events of clients that were answered.',
      labelNames: ['event', 'outcome'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [event, outcomes] of commands) {
          for (const [outcome, count] of outcomes) this.inc({ event, outcome }, count);
        }
      },
    });
  }

  add({ name, help, type, read }: Reading): void {
    const registers = [this.#registry];
    if (type === 'gauge') {
      new Gauge({
        ...{ name, help, registers },
        async collect() {
          this.set(await read());
        },
      });
      return;
    }
    new Counter({
      ...{ name, help, registers },
      async collect() {
        // First, or two scrapes at a time would both have begun from nothing.
        const value = await read();
        this.reset();
        this.inc(value);
      },
    });
  }

  /** A gauge that is 1 and carries facts in its labels. */
  info(name: string, help: string, labels: Readonly<Record<string, string>>): void {
    new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] }).set({ ...labels }, 1);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  command(event: string | null, outcome: string, ms: number): void {
    const name = event ?? OTHER;
    let outcomes = this.#commands.get(name);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#commands.set(name, outcomes);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    // What is refused is refused at once: a flood of it would hide that the rest is slow.
    if (outcome === 'ok') this.#commandSeconds.observe(name, ms / 1_000);
  }

  request(operation: string | null, status: number, ms: number): void {
    const name = operation ?? OTHER;
    this.#requests.inc({ operation: name, status });
    this.#requestSeconds.observe({ operation: name }, ms / 1_000);
  }

  refusal(code: string): void {
    this.#refusals.inc({ code });
  }

  handshake(outcome: string, ms: number): void {
    this.#handshakes.inc({ outcome });
    this.#handshakeSeconds.observe(ms / 1_000);
  }

  disconnect(reason: string): void {
    this.#disconnects.inc({ reason: reason.replaceAll(' ', '_') });
  }

  repaired(entries: number): void {
    this.#repaired.inc(entries);
  }

  webhook(outcome: WebhookOutcome): void {
    this.#webhooks.inc({ outcome });
  }

  statement(access: 'read' | 'write', ms: number, failed: boolean): void {
    this.#statementSeconds.observe({ access }, ms / 1_000);
    if (failed) this.#statementFailures.inc({ access });
  }

  batch(messages: number, ms: number): void {
    this.#batches.observe(messages);
    this.#batchSeconds.observe(ms / 1_000);
  }

  storage(state: () => StorageState): void {
    const pool = (name: 'used' | 'idle' | 'waiting') => () => state().pool?.[name] ?? 0;
    const gauge = (name: string, help: string, read: () => number) => this.add({ name, help, type: 'gauge', read });
    gauge('parley_messages_waiting', 'Messages that wait for their batch.', () => state().waiting);
    gauge('parley_database_connections_used', 'Connections of the pool that are in use.', pool('used'));
    gauge('parley_database_connections_idle', 'Connections of the pool that are free.', pool('idle'));
    gauge('parley_database_connections_waiting', 'Callers that wait for a connection.', pool('waiting'));
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #seconds<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.#registry] });
  }
}
