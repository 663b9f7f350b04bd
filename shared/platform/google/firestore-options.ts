import type { CallTimeouts } from "./call-options.ts";

export type FirestoreDocumentsOptions = {
  project: string;
  /** `(default)` is the one that an environment has when nothing else is asked for. */
  database: string;
  /** `host:port` of an emulator, spoken to without encryption and credentials. Without it: Google's. */
  endpoint?: string;
  /** How calls travel; listening is over gRPC always. `grpc` where nothing is said: see docs/decisions/0014. */
  transport?: "grpc" | "rest";
  timeouts?: CallTimeouts;
};
