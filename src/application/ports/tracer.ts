/** A step of a trace, as other systems name it: hexadecimal, of 32 and 16 characters. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
}

/** Never what people wrote or are called, nor a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/**
 * Writes down what leads to what, for whoever looks for lost time. It never throws, and what `work` throws goes
 * through. With nobody to tell it just runs the work.
 */
export interface Tracer {
  /** The step within which this runs; null outside of any. */
  current(): SpanRef | null;

  /** Begins a trace: an event, a request, a batch. `links` are steps of others that it is made of. */
  root<T>(name: string, attributes: SpanAttributes, links: readonly SpanRef[], work: () => Promise<T>): Promise<T>;

  /** A step within the current one; outside of any the work is just run. */
  step<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;

  /** The same for what ends elsewhere: the returned function ends it, with what is known by then. */
  begin(name: string): (attributes: SpanAttributes) => void;
}
