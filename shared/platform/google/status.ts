/** The status codes of gRPC that are told apart here. */
export const statusCodes = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type StatusName = keyof typeof statusCodes;

const names = new Map<unknown, StatusName>(
  Object.entries(statusCodes).map(([name, code]) => [code, name as StatusName]),
);

/** What a client's error says, without its text, which may quote what was sent. `undefined`: there was no answer at all. */
export function toStatusName(error: unknown): StatusName | undefined {
  return error instanceof Error && "code" in error ? names.get(error.code) : undefined;
}

/** What went wrong on the way and is worth trying again, where doing twice is doing once. */
export const transient = [
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "ABORTED",
  "INTERNAL",
  "UNAVAILABLE",
] as const satisfies StatusName[];
