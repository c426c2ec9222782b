import type { Probe, Tracer } from '../../../application/ports/index.ts';

/** Whoever hears what storage does. */
export interface StorageWatch {
  /** Null: nothing is measured. */
  readonly probe: Pick<Probe, 'statement' | 'batch' | 'storage'> | null;
  readonly tracer: Pick<Tracer, 'current' | 'root' | 'step'>;
}

export const UNWATCHED: StorageWatch = {
  probe: null,
  tracer: {
    current: () => null,
    root: (_name, _attributes, _links, work) => work(),
    step: (_name, _attributes, work) => work(),
  },
};
