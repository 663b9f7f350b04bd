/** How the calls of one process are shared among its endpoints. */
export type FairShare = {
  /** An endpoint whose line is worked at here; the returned function says that it is no more. */
  enter(endpointId: string): () => void;
  /** One call always may; more only while there is room in the process and the endpoint has not had its share. */
  mayStart(endpointId: string): boolean;
  /** A call begins; the returned function says that it has ended. */
  start(endpointId: string): () => void;
  /** Resolves when a call has ended, whosever, or a line is worked at no more. */
  changed(): Promise<void>;
};

/**
 * About `capacity` calls at a time, and never more than that and one for each line. So an endpoint that lets calls hang takes
 * places away from nobody: the others' first calls need none.
 */
export function createFairShare(capacity: number): FairShare {
  const calls = new Map<string, number>();
  let total = 0;
  let change = Promise.withResolvers<void>();

  function tell(): void {
    const told = change;
    change = Promise.withResolvers<void>();
    told.resolve();
  }

  function add(endpointId: string, amount: number): void {
    calls.set(endpointId, (calls.get(endpointId) ?? 0) + amount);
    total += amount;
    if (amount < 0) tell();
  }

  return {
    enter(endpointId) {
      calls.set(endpointId, 0);
      return () => {
        calls.delete(endpointId);
        tell();
      };
    },
    mayStart(endpointId) {
      const own = calls.get(endpointId) ?? 0;
      if (own === 0) return true;
      return total < capacity && own < Math.max(1, Math.floor(capacity / calls.size));
    },
    start(endpointId) {
      add(endpointId, 1);
      return () => add(endpointId, -1);
    },
    changed: () => change.promise,
  };
}
