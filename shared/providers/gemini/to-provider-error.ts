import { z } from "zod";
import { ProviderError, type ProviderErrorKind } from "../provider-error.ts";
import { toRetryAfterMs } from "../to-retry-after-ms.ts";
import { toStatusKind } from "../to-status-kind.ts";
import { toTransportError } from "../to-transport-error.ts";
import type { Seen } from "./watch-fetch.ts";

/** Google's error model: https://cloud.google.com/apis/design/errors */
const VendorError = z.object({
  error: z.object({
    message: z.string().nullish(),
    status: z.string().nullish(),
    details: z.array(z.object({ reason: z.unknown(), retryDelay: z.unknown() }).partial()).nullish(),
  }),
});
type VendorError = z.infer<typeof VendorError>["error"];

const kinds: Record<string, ProviderErrorKind> = {
  UNAUTHENTICATED: "authentication",
  PERMISSION_DENIED: "authentication",
  // Billing is off, or the account's country is not served: nothing a caller can change.
  FAILED_PRECONDITION: "authentication",
  NOT_FOUND: "model_not_found",
  RESOURCE_EXHAUSTED: "rate_limited",
  DEADLINE_EXCEEDED: "timeout",
  INTERNAL: "overloaded",
  UNAVAILABLE: "overloaded",
};

const badKey = /^API_KEY_|^SERVICE_DISABLED$/;
const tooLong = /token count.*exceeds|exceeds the maximum number of (input )?tokens/is;

/** Says what a failed call means. Nothing of the vendor's sentence goes on. */
export function toProviderError(thrown: unknown, seen: Seen | undefined): ProviderError {
  const status = toStatus(thrown, seen);
  if (status === undefined) return toStreamError(thrown);
  const error = thrown instanceof Error ? readError(thrown.message) : undefined;
  const reason = toReason(error);
  return new ProviderError(toKind(status, error, reason), {
    cause: thrown,
    retryAfterMs: toDelayMs(error) ?? toRetryAfterMs(seen?.headers),
    status,
    vendorCode: reason ?? error?.status,
  });
}

/** The SDK's `ApiError` has a status, also for an error inside a stream; an error answer it cannot read has not. */
function toStatus(thrown: unknown, seen: Seen | undefined): number | undefined {
  if (thrown instanceof ProviderError) return undefined;
  const status = thrown instanceof Error && "status" in thrown ? thrown.status : undefined;
  if (typeof status === "number") return status;
  return seen && seen.status >= 400 ? seen.status : undefined;
}

/** The SDK's word for a stream that ends in the middle of an event, which only a broken connection does. */
function toStreamError(thrown: unknown): ProviderError {
  const isCut = thrown instanceof Error && thrown.message.startsWith("Incomplete JSON segment");
  return isCut ? new ProviderError("connection", { cause: thrown }) : toTransportError(thrown);
}

/** The error's message is the answer's JSON, inside a stream with a few words before it. */
function readError(message: string): VendorError | undefined {
  try {
    const body: unknown = JSON.parse(message.slice(message.search(/[[{]/)));
    return VendorError.safeParse(Array.isArray(body) ? body[0] : body).data?.error;
  } catch {
    return undefined;
  }
}

function toReason(error: VendorError | undefined): string | undefined {
  const reasons = error?.details?.map(({ reason }) => reason) ?? [];
  return reasons.find((reason) => typeof reason === "string");
}

function toKind(
  status: number,
  error: VendorError | undefined,
  reason: string | undefined,
): ProviderErrorKind {
  if (badKey.test(reason ?? "")) return "authentication";
  if (status === 400 && tooLong.test(error?.message ?? "")) return "context_too_long";
  return kinds[error?.status ?? ""] ?? toStatusKind(status);
}

/** `google.rpc.RetryInfo` says it in seconds: `53s`, `0.84s`. */
function toDelayMs(error: VendorError | undefined): number | undefined {
  for (const { retryDelay } of error?.details ?? []) {
    const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(String(retryDelay)) ?? [];
    if (seconds) return Math.ceil(Number(seconds) * 1000);
  }
  return undefined;
}
