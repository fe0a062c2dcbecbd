import { useSyncExternalStore } from 'react';
import type { FlowSnapshot, SignInFlow } from './sign-in-flow.js';

/** The flow's state in a React component, which renders again whenever it changes. */
export function useSignInFlow(flow: SignInFlow): FlowSnapshot {
  const snapshot = () => flow.snapshot;
  return useSyncExternalStore(flow.subscribe, snapshot, snapshot);
}
