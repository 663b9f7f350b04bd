import type { protos } from "@google-cloud/secret-manager";
import { status } from "@grpc/grpc-js";
import { GrpcError } from "../grpc-error.ts";
import { toPage } from "../to-page.ts";
import type { SecretStore, Version, VersionState } from "./secret-store.ts";
import { toCrc32c } from "./to-crc32c.ts";

type v1 = typeof protos.google.cloud.secretmanager.v1;
type Named = { name: string };
type CreateRequest = InstanceType<v1["CreateSecretRequest"]>;
type AddRequest = InstanceType<v1["AddSecretVersionRequest"]>;
type ListRequest = InstanceType<v1["ListSecretVersionsRequest"]>;

const mostBytes = 65_536;

/** The methods of the service that are played. `damage` spoils a payload on its way, so that its checksum no longer fits. */
export function toMethods(store: SecretStore, damage: () => boolean) {
  const carry = (data: Buffer) => (damage() ? spoil(data) : data);
  const show = (secret: string, { number, state }: Version) => ({
    name: `${toAnsweredName(secret)}/versions/${number}`,
    state,
  });
  const findVersion = (name: string): [string, Version] => {
    const [, secret = "", version = ""] = /^(.*)\/versions\/([^/]+)$/.exec(name) ?? [];
    return [secret, store.find(secret, version)];
  };
  const turn =
    (state: VersionState) =>
    ({ name }: Named) => {
      const [secret, version] = findVersion(name);
      if (version.state === "DESTROYED") throw refuseState(version);
      version.state = state;
      return show(secret, version);
    };

  return {
    CreateSecret({ parent, secretId, secret }: CreateRequest) {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(secretId)) throw refuse("The secret id is not valid.");
      if (!secret?.replication?.automatic && !secret?.replication?.userManaged)
        throw refuse("The replication is not set.");
      store.create(`${parent}/secrets/${secretId}`);
      return { name: toAnsweredName(`${parent}/secrets/${secretId}`), replication: secret.replication };
    },
    GetSecret({ name }: Named) {
      store.versions(name);
      return { name: toAnsweredName(name), replication: { automatic: {} } };
    },
    DeleteSecret({ name }: Named) {
      store.versions(name);
      store.delete(name);
      return {};
    },
    AddSecretVersion({ parent, payload }: AddRequest) {
      const data = carry(Buffer.from((payload?.data as Uint8Array | undefined) ?? []));
      checkPayload(data, payload?.dataCrc32c);
      return show(parent, store.add(parent, data));
    },
    AccessSecretVersion({ name }: Named) {
      const [secret, version] = findVersion(name);
      if (version.state !== "ENABLED") throw refuseState(version);
      const dataCrc32c = toCrc32c(version.data);
      return { name: show(secret, version).name, payload: { data: carry(version.data), dataCrc32c } };
    },
    GetSecretVersion: ({ name }: Named) => show(...findVersion(name)),
    ListSecretVersions(request: ListRequest) {
      const all = store.versions(request.parent).toReversed();
      const { items, nextPageToken } = toPage(all, request);
      return { versions: items.map((version) => show(request.parent, version)), nextPageToken };
    },
    DisableSecretVersion: turn("DISABLED"),
    EnableSecretVersion: turn("ENABLED"),
    DestroySecretVersion: turn("DESTROYED"),
  };
}

/** The service answers with the project's number, whatever the project was called in the question. */
function toAnsweredName(secret: string): string {
  return secret.replace(/^projects\/[^/]+/, "projects/1234567890");
}

/** Refusals quote what they refuse, as error texts of services may. */
function checkPayload(data: Buffer, sum: unknown): void {
  if (data.length === 0) throw refuse("The payload is empty.");
  if (data.length > mostBytes) throw refuse(`The payload is too large: ${data.toString("utf8", 0, 100)}`);
  if (sum !== undefined && sum !== null && Number(sum) !== toCrc32c(data))
    throw refuse(`The payload is damaged: ${data}`);
}

function spoil(data: Buffer): Buffer {
  const spoilt = Buffer.from(data);
  spoilt[0] = (spoilt[0] ?? 0) ^ 1;
  return spoilt;
}

function refuse(sentence: string): GrpcError {
  return new GrpcError(status.INVALID_ARGUMENT, sentence);
}

function refuseState({ state }: Version): GrpcError {
  return new GrpcError(status.FAILED_PRECONDITION, `Secret version is in ${state} state.`);
}
