import { useEffect, useState } from 'preact/hooks';
import type { State } from '../chat/model.ts';
import type { Store } from '../chat/store.ts';

/** The state as it is now; the component is drawn again when it changes. */
export function useStore(store: Store): State {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(() => setState(store.state));
  }, [store]);
  return state;
}
