import type { Probe } from '../../../application/ports/index.ts';

/** Nobody watches. */
export const silentProbe: Probe = {
  command: () => undefined,
  request: () => undefined,
  refusal: () => undefined,
  handshake: () => undefined,
  disconnect: () => undefined,
  repaired: () => undefined,
  webhook: () => undefined,
  statement: () => undefined,
  batch: () => undefined,
  storage: () => undefined,
};
