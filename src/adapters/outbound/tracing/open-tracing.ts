import type { Tracer } from '../../../application/ports/index.ts';

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, and nothing more. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Of an OTLP collector over HTTP, without the path: `http://collector:4318`. */
  readonly endpoint: string;
  readonly version: string;
}

const CLOSE_MS = 3_000;

/**
 * Sends spans to a collector. Loaded only here, so that a server without one has no line of an SDK in it. What it does
 * not know by its options, OpenTelemetry's own variables say: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER,
 * OTEL_EXPORTER_OTLP_HEADERS.
 */
export async function openTracing({ endpoint, version }: TracingOptions): Promise<Tracing> {
  const [{ BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources, { OpenTelemetryTracer }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('./otel-tracer.ts'),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const named = resources.detectResources({ detectors: [resources.envDetector] });
  const resource = resources.resourceFromAttributes({ 'service.name': 'parley', 'service.version': version });
  const provider = new BasicTracerProvider({
    resource: resource.merge(named),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  return {
    tracer: new OpenTelemetryTracer(provider.getTracer('parley-chat', version)),
    close: async () => {
      const late = new Promise<void>((resolve) => void setTimeout(resolve, CLOSE_MS).unref());
      // A collector that is away must not keep a server from stopping.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}
