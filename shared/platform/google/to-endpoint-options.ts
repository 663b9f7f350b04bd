import type { GrpcClientOptions } from "google-gax";

type Grpc = NonNullable<GrpcClientOptions["grpc"]>;
type EndpointOptions = Pick<GrpcClientOptions, "grpc" | "authClient"> & {
  servicePath?: string;
  port?: number;
  sslCreds?: ReturnType<Grpc["credentials"]["createInsecure"]>;
};

/**
 * What makes a client speak to a server at `host:port` that plays Google's, without encryption and without looking for
 * credentials; nothing where Google's own is meant. The gRPC module goes along because a channel takes credentials of its
 * own copy only.
 */
export async function toEndpointOptions(endpoint?: string): Promise<EndpointOptions> {
  if (endpoint === undefined) return {};
  const { grpc, googleAuthLibrary } = await import("google-gax");
  const { hostname, port } = new URL(`http://${endpoint}`);
  return {
    servicePath: hostname,
    port: Number(port),
    grpc,
    sslCreds: grpc.credentials.createInsecure(),
    authClient: new googleAuthLibrary.PassThroughClient(),
  };
}
