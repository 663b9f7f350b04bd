import { initializeTestEnvironment, type RulesTestEnvironment } from "@firebase/rules-unit-testing";
import { doc, type Firestore, onSnapshot, setDoc, setLogLevel, updateDoc } from "firebase/firestore";
import type { OutputPage } from "../../shared/tasks/output-pages.ts";
import { aTask } from "../../shared/tasks/task.fixture.ts";
import { hostOf } from "../emulators/describe-on-emulators.ts";
import { freshProject } from "../emulators/fresh-project.ts";

/** Who asks: two users, a viewer and an administrator of one tenant, people of another, and tokens that lack something. */
export type Caller = keyof typeof tokens | "signed out";

const tokens = {
  ann: { uid: "ann", claims: { tenant: "acme", role: "user" } },
  bob: { uid: "bob", claims: { tenant: "acme", role: "user" } },
  vic: { uid: "vic", claims: { tenant: "acme", role: "viewer" } },
  root: { uid: "root", claims: { tenant: "acme", role: "admin" } },
  eve: { uid: "eve", claims: { tenant: "evil", role: "admin" } },
  /** The same uid in another tenant, as a second sign-in project would give it. */
  "ann of evil": { uid: "ann", claims: { tenant: "evil", role: "user" } },
  "ann without a tenant": { uid: "ann", claims: { role: "user" } },
  "ann without a role": { uid: "ann", claims: { tenant: "acme" } },
  "ann with an unknown role": { uid: "ann", claims: { tenant: "acme", role: "owner" } },
  "root without a tenant": { uid: "root", claims: { role: "admin" } },
} satisfies Record<string, { uid: string; claims: object }>;

export type RulesWorld = {
  /** The web SDK's Firestore as this caller has it. */
  as(caller: Caller): Firestore;
  /** Deletes a task, softly as Conea does, once its listener has seen it. Resolves to what the rules said before and after. */
  listenWhileDeleted(caller: Caller, path: string): Promise<("allowed" | "refused")[]>;
  close(): Promise<void>;
};

const page: Omit<OutputPage, "createdBy"> = {
  tenant: "acme",
  attempt: 1,
  page: 0,
  text: "Hello",
  at: "2026-01-01T00:00:01.000Z",
};

/** What is there: documents as the product writes them, where it writes them already. */
const documents: Record<string, object> = {
  "tasks/ann": aTask({ createdBy: "ann" }),
  "tasks/ann-2": aTask({ createdBy: "ann", sequence: 2, status: "succeeded" }),
  "tasks/ann-deleted": aTask({ createdBy: "ann", deleted: true }),
  "tasks/bob": aTask({ createdBy: "bob" }),
  "tasks/eve": aTask({ createdBy: "eve", tenant: "evil" }),
  "tasks/ann/output/0001-000000": { ...page, createdBy: "ann" },
  "tasks/ann-deleted/output/0001-000000": { ...page, createdBy: "ann" },
  "tasks/bob/output/0001-000000": { ...page, createdBy: "bob" },
  "tasks/eve/output/0001-000000": { ...page, createdBy: "eve", tenant: "evil" },
  /** Pages whose task is gone. */
  "tasks/gone/output/0001-000000": { ...page, createdBy: "ann" },
  "tasks/ann/late/1": { tenant: "acme", createdBy: "ann", outcome: {} },
  "sessions/ann": { tenant: "acme", createdBy: "ann" },
  "sessions/bob": { tenant: "acme", createdBy: "bob" },
  "sessions/eve": { tenant: "evil", createdBy: "eve" },
  "usage/ann": { tenant: "acme", user: "ann", costMicros: 1 },
  "usage/bob": { tenant: "acme", user: "bob", costMicros: 1 },
  "usage/all": { tenant: "acme", costMicros: 2 },
  "usage/eve": { tenant: "evil", user: "eve", costMicros: 1 },
  "keys/ann": { tenant: "acme", user: "ann", createdBy: "ann", role: "user", deleted: false },
  "keyRequests/ann": { tenant: "acme", createdBy: "ann" },
  "queues/openai": { tenant: "acme", createdBy: "ann", deleted: false },
  "gates/openai": { tenant: "acme", createdBy: "ann", deleted: false },
  "limits/openai": { tenant: "acme", createdBy: "ann", deleted: false },
  "catalogue/models": { tenant: "acme", createdBy: "ann", deleted: false },
  "prices/gpt-5": { tenant: "acme", createdBy: "ann", deleted: false },
  "prompts/ann": { tenant: "acme", createdBy: "ann", deleted: false },
  "prompts/ann/versions/1": { tenant: "acme", createdBy: "ann", deleted: false },
  "modelHealth/gpt-5": { tenant: "acme", createdBy: "ann", deleted: false },
  "replayRequests/ann": { tenant: "acme", createdBy: "ann", deleted: false },
  "blobs/ann": { tenant: "acme", createdBy: "ann", deleted: false },
};

// A refused write is what is asked about here, and not worth a warning.
setLogLevel("silent");

/** A database of its own in the Firestore emulator, under these rules. */
export async function openRulesWorld(rules: string): Promise<RulesWorld> {
  const [host = "", port] = hostOf("firestore").split(":");
  const environment = await initializeTestEnvironment({
    projectId: freshProject(),
    firestore: { rules, host, port: Number(port) },
  });
  await environment.withSecurityRulesDisabled(async (context) => {
    const db = toModular(context);
    await Promise.all(Object.entries(documents).map(([path, data]) => setDoc(doc(db, path), data)));
  });
  const opened = new Map<Caller, Firestore>();
  const open = (caller: Caller): Firestore => {
    const known = opened.get(caller) ?? toModular(toContext(environment, caller));
    opened.set(caller, known);
    return known;
  };
  return {
    as: open,
    async listenWhileDeleted(caller, path) {
      const seen: ("allowed" | "refused")[] = [];
      const ended = Promise.withResolvers<void>();
      const first = Promise.withResolvers<void>();
      const next = () => {
        if (seen.length === 0) seen.push("allowed");
        first.resolve();
      };
      onSnapshot(doc(open(caller), path), next, () => {
        seen.push("refused");
        ended.resolve();
      });
      await first.promise;
      await environment.withSecurityRulesDisabled((context) =>
        updateDoc(doc(toModular(context), path), { deleted: true }),
      );
      await ended.promise;
      return seen;
    },
    close: () => environment.cleanup(),
  };
}

type Context = ReturnType<RulesTestEnvironment["unauthenticatedContext"]>;

function toContext(environment: RulesTestEnvironment, caller: Caller): Context {
  if (caller === "signed out") return environment.unauthenticatedContext();
  const { uid, claims } = tokens[caller];
  return environment.authenticatedContext(uid, { ...claims });
}

/** The package's types speak of the SDK's older face; what it gives works with both. */
function toModular(context: Context): Firestore {
  return context.firestore() as unknown as Firestore;
}
