import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { join } from "node:path";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

/** A service as the official client describes it: `protos.json` lies in the package, but not in its exports. */
export function loadService(packageName: string, service: string): ServiceDefinition {
  const manifest = findPackageJSON(packageName, import.meta.url);
  if (manifest === undefined) throw new Error(`${packageName} is not installed`);
  const protos = JSON.parse(readFileSync(join(manifest, "..", "build", "protos", "protos.json"), "utf8"));
  const definition = fromJSON(protos, { longs: Number, enums: String, defaults: true, oneofs: true })[
    service
  ];
  if (definition === undefined) throw new Error(`${packageName} has no service ${service}`);
  return definition as ServiceDefinition;
}
