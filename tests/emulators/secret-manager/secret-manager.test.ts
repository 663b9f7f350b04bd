import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toEndpointOptions } from "../../../shared/platform/google/to-endpoint-options.ts";
import { type SecretManagerServer, startSecretManager } from "./start-secret-manager.ts";
import { toCrc32c } from "./to-crc32c.ts";

const codes = { invalidArgument: 3, notFound: 5, alreadyExists: 6, failedPrecondition: 9 };
const parent = "projects/demo";
const name = `${parent}/secrets/KEY`;
const secret = { replication: { automatic: {} } };

describe("Secret Manager, as the official client meets it", () => {
  let server: SecretManagerServer;
  let client: SecretManagerServiceClient;
  beforeEach(async () => {
    server = await startSecretManager();
    client = new SecretManagerServiceClient(await toEndpointOptions(server.endpoint));
    await client.createSecret({ parent, secretId: "KEY", secret });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const add = (value: string, dataCrc32c?: number) =>
    client.addSecretVersion({ parent: name, payload: { data: Buffer.from(value), dataCrc32c } });
  const access = (version: number | string) =>
    client.accessSecretVersion({ name: `${name}/versions/${version}` });

  it("numbers versions from 1, and gives each with its checksum under the project's number", async () => {
    await add("one");
    await add("two");
    const [latest] = await access("latest");
    expect(latest).toMatchObject({
      name: "projects/1234567890/secrets/KEY/versions/2",
      payload: { data: Buffer.from("two"), dataCrc32c: String(toCrc32c(Buffer.from("two"))) },
    });
    const [first] = await access(1);
    expect(first.payload?.data).toEqual(Buffer.from("one"));
    const [versions] = await client.listSecretVersions({ parent: name });
    expect(versions.map((version) => version.name?.slice(-1))).toEqual(["2", "1"]);
  });

  it("calls the version added last the latest, also where it is disabled or destroyed", async () => {
    await add("one");
    await add("two");
    await client.disableSecretVersion({ name: `${name}/versions/latest` });
    await expect(access("latest")).rejects.toMatchObject({ code: codes.failedPrecondition });
    await client.enableSecretVersion({ name: `${name}/versions/2` });
    expect((await access("latest"))[0].payload?.data).toEqual(Buffer.from("two"));
    await client.destroySecretVersion({ name: `${name}/versions/2` });
    await expect(access("latest")).rejects.toMatchObject({ code: codes.failedPrecondition });
    const again = client.enableSecretVersion({ name: `${name}/versions/2` });
    await expect(again).rejects.toMatchObject({ code: codes.failedPrecondition });
    expect((await client.getSecretVersion({ name: `${name}/versions/2` }))[0].state).toBe("DESTROYED");
  });

  it("knows no version of a secret without one, and nothing of one that is deleted", async () => {
    await expect(access("latest")).rejects.toMatchObject({ code: codes.notFound });
    await client.deleteSecret({ name });
    await expect(client.getSecret({ name })).rejects.toMatchObject({ code: codes.notFound });
    await expect(add("one")).rejects.toMatchObject({ code: codes.notFound });
  });

  it("refuses what does not fit its checksum, what is empty and what is too large", async () => {
    for (const payload of [add("one", 1), add(""), add("x".repeat(65_537))])
      await expect(payload).rejects.toMatchObject({ code: codes.invalidArgument });
    await add("one", toCrc32c(Buffer.from("one")));
  });

  it("refuses a secret that is there, a name that is none and one without replication", async () => {
    const create = (secretId: string, given: object) =>
      client.createSecret({ parent, secretId, secret: given });
    await expect(create("KEY", secret)).rejects.toMatchObject({ code: codes.alreadyExists });
    await expect(create("a.b", secret)).rejects.toMatchObject({ code: codes.invalidArgument });
    await expect(create("OTHER", {})).rejects.toMatchObject({ code: codes.invalidArgument });
  });
});

it("Secret Manager serves as a process of its own, and ends when told", async () => {
  const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const [, endpoint] = /^Secret Manager is ready on (127\.0\.0\.1:\d+)$/.exec(line) ?? [];
  const client = new SecretManagerServiceClient(await toEndpointOptions(endpoint ?? "127.0.0.1:1"));
  expect((await client.createSecret({ parent, secretId: "KEY", secret }))[0].name).toMatch(/secrets\/KEY$/);
  await client.close();
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
