import type { Tracer } from '../../../application/ports/index.ts';

const ended = () => undefined;

/** Nobody looks. */
export const silentTracer: Tracer = {
  current: () => null,
  root: (_name, _attributes, _links, work) => work(),
  step: (_name, _attributes, work) => work(),
  begin: () => ended,
};
