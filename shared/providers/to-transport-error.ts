import { ProviderError, type ProviderErrorKind } from "./provider-error.ts";

const timeoutCodes = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** SDKs that find a timeout below them say so in words of their own, without a cause. */
const timeoutSentence = /^(request )?timed? ?out\.?$/i;

/** Of Node's sockets and resolver (`ECONNRESET`, `EAI_AGAIN`, `EPIPE`) and undici (`UND_ERR_SOCKET`); not `ERR_…`, which are bugs. */
const connectionCode = /^(E(?!RR_)[A-Z0-9_]+|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/;

/** What `fetch` itself says when a connection cannot be made, or breaks while the body is read. */
const connectionSentence = /^(fetch failed|terminated|network error|connection error\.?)$/i;

/**
 * Classes a failure that came without an HTTP status: `timeout` or `connection` when the way to the vendor failed,
 * `unknown` when what arrived could not be read. Follows `cause`, because SDKs wrap what `fetch` threw.
 */
export function toTransportError(thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  return new ProviderError(toKind(thrown), { cause: thrown });
}

function toKind(thrown: unknown): ProviderErrorKind {
  const chain = toChain(thrown);
  if (chain.some((error) => timeoutCodes.has(toCode(error)) || timeoutSentence.test(error.message)))
    return "timeout";
  if (chain.some((error) => connectionCode.test(toCode(error)) || connectionSentence.test(error.message)))
    return "connection";
  return "unknown";
}

function toChain(thrown: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = thrown; next instanceof Error && chain.length < 8; next = next.cause) chain.push(next);
  return chain;
}

function toCode(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
