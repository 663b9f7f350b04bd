import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { GrpcError } from "./grpc-error.ts";

/**
 * What goes wrong with one call: `refused` before anything was done, `answer-lost` after it was done, or `silent`: nothing
 * is done and no answer ever comes.
 */
export type CallFault = "refused" | "answer-lost" | "silent";

export type GrpcServer = {
  port: number;
  /** Ends open calls at once. */
  close(): Promise<void>;
};

// Each method's request differs; what is unmarshalled is parsed by the method itself.
type Methods = Record<string, (request: never) => unknown>;

export type ServeGrpcOptions = {
  service: ServiceDefinition;
  /** By name in the protocol (`CreateTask`). What is absent answers UNIMPLEMENTED. */
  methods: Methods;
  /** 0 chooses a free one. */
  port?: number;
  /** Asked once for each call. */
  planFault?: (method: string) => CallFault | undefined;
};

/** Serves unary methods on loopback, without encryption. */
export async function serveGrpc({
  service,
  methods,
  port = 0,
  planFault = () => undefined,
}: ServeGrpcOptions): Promise<GrpcServer> {
  const server = new Server();
  const handlers = Object.entries(methods).map(([name, run]) => [name, toHandler(name, run, planFault)]);
  server.addService(service, Object.fromEntries(handlers));
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  return {
    port: bound,
    close: async () => server.forceShutdown(),
  };
}

function toHandler(
  name: string,
  run: Methods[string],
  planFault: (method: string) => CallFault | undefined,
): handleUnaryCall<never, unknown> {
  return async ({ request }, answer) => {
    const fault = planFault(name);
    if (fault === "silent") return;
    if (fault === "refused") return answer(toServiceError(new GrpcError(status.UNAVAILABLE, "try later")));
    try {
      const result = await run(request);
      if (fault === "answer-lost") throw new GrpcError(status.UNAVAILABLE, "the connection was lost");
      answer(null, result);
    } catch (error) {
      answer(toServiceError(error));
    }
  };
}

function toServiceError(error: unknown): Partial<ServiceError> {
  if (error instanceof GrpcError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: String(error) };
}
