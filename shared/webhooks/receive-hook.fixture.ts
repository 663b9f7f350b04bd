import { createHmac, randomUUID } from "node:crypto";
import { createApi } from "../../functions/api/api.ts";
import { ConeaConfig } from "../config/conea-config.ts";
import { openTestConea } from "../tasks/conea.fixture.ts";
import { type HookReceipt, receiptPath } from "./hook-receipt.ts";

/** The API with a source of hooks for each of two tenants, and hooks as GitHub would send them. */
export async function openHooks() {
  const test = await openTestConea();
  const { hooks } = ConeaConfig.parse({
    providers: {},
    hooks: {
      github: { scheme: "github", secret: "secret:GITHUB_SECRET", tenant: "acme" },
      other: { scheme: "github", secret: "secret:GITHUB_SECRET", tenant: "evil" },
      slack: { scheme: "slack", secret: ["secret:SLACK_NEW", "secret:SLACK_OLD"], tenant: "acme" },
      empty: { scheme: "github", secret: "secret:MISSING", tenant: "acme" },
    },
  });
  await test.conea.secrets.addVersion("GITHUB_SECRET", "github-secret");
  await test.conea.secrets.addVersion("SLACK_OLD", "slack-secret");
  const conea = { ...test.conea, config: { ...test.conea.config, hooks } };
  const api = createApi(conea);

  const send = (source: string, headers: Record<string, string>, body: string | Uint8Array) =>
    api(new Request(`http://api/v1/hooks/${source}`, { method: "POST", headers, body: Buffer.from(body) }));

  const sendGithub = (
    body: string | Uint8Array,
    { id = randomUUID() as string, source = "github", secret = "github-secret" } = {},
  ) =>
    send(
      source,
      {
        "content-type": "application/json",
        "x-github-delivery": id,
        "x-github-event": "push",
        "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
      },
      body,
    );
  const read = async (id: string) => (await conea.documents.get<HookReceipt>(receiptPath(id)))?.data;
  const receipts = () => conea.documents.query<HookReceipt>({ collection: "hookReceipts" });
  /** Lets events be published no more, until what it returns is called. */
  const breakEvents = () => {
    const { publish } = conea.events;
    conea.events.publish = async () => {
      throw new Error("no");
    };
    return () => {
      conea.events.publish = publish;
    };
  };
  return { ...test, conea, send, sendGithub, receipt: read, receipts, breakEvents };
}

export const toAnswer = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { id?: string; duplicate?: boolean; code?: string; detail?: string }),
});
