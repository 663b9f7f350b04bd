/**
 * Why a call outside brought no answer. `denied`: its address is not one that may be called. `unresolved`: its name leads nowhere.
 * `unreachable`: no connection, or it broke. `insecure`: its certificate is not good for its name. `timeout`: no whole answer in
 * time. `stopped`: given up by whoever asked for it.
 */
export type OutboundReason = "denied" | "unresolved" | "unreachable" | "insecure" | "timeout" | "stopped";

/** The message is a sentence for the owner of the URL, and holds no address. */
export class OutboundFailure extends Error {
  override readonly name = "OutboundFailure";
  readonly reason: OutboundReason;

  constructor(reason: OutboundReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }
}
