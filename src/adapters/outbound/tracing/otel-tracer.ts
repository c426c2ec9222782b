import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span,
  type SpanContext,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import type { SpanAttributes, SpanRef, Tracer } from '../../../application/ports/index.ts';

/** Steps as spans of OpenTelemetry. The context is this tracer's own: another one in the process is not mixed up. */
export class OpenTelemetryTracer implements Tracer {
  readonly #otel: OtelTracer;
  readonly #spans = new AsyncLocalStorage<Span>();

  constructor(otel: OtelTracer) {
    this.#otel = otel;
  }

  current(): SpanRef | null {
    const context = this.#spans.getStore()?.spanContext();
    return context ? { traceId: context.traceId, spanId: context.spanId } : null;
  }

  root<T>(name: string, attributes: SpanAttributes, links: readonly SpanRef[], work: () => Promise<T>): Promise<T> {
    const options = { root: true, attributes, links: links.map((ref) => ({ context: contextOf(ref) })) };
    return this.#run(this.#otel.startSpan(name, options, ROOT_CONTEXT), work);
  }

  step<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const parent = this.#spans.getStore();
    if (parent === undefined) return work();
    return this.#run(this.#otel.startSpan(name, { attributes }, trace.setSpan(ROOT_CONTEXT, parent)), work);
  }

  begin(name: string): (attributes: SpanAttributes) => void {
    const parent = this.#spans.getStore();
    if (parent === undefined) return () => undefined;
    const span = this.#otel.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent));
    return (attributes) => {
      span.setAttributes(attributes);
      span.end();
    };
  }

  async #run<T>(span: Span, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#spans.run(span, work);
    } catch (error) {
      // The message of an error can quote what somebody wrote.
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  }
}

const contextOf = ({ traceId, spanId }: SpanRef): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
