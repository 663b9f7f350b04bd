import type { status } from "@grpc/grpc-js";

/** What a method throws to answer with a status other than OK. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}
