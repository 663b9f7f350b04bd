/** Tells whoever is at work already that a wake has come. */
export type WakeBell = {
  ring(): void;
  hasRung(): boolean;
  /** Resolves when it rings, or at once where it has rung since the last reset. */
  rung(): Promise<void>;
  reset(): void;
};

export function createWakeBell(): WakeBell {
  let has = false;
  let ringing = Promise.withResolvers<void>();
  return {
    ring() {
      has = true;
      ringing.resolve();
    },
    hasRung: () => has,
    rung: () => ringing.promise,
    reset() {
      if (has) ringing = Promise.withResolvers<void>();
      has = false;
    },
  };
}
