import { type Auth, signInWithCustomToken } from "firebase/auth";
import type { Firestore, FirestoreError } from "firebase/firestore";
import { connect } from "./connect.ts";
import { listenToTask, type SeenTask } from "./listen-to-task.ts";
import { type Configuration, readConfiguration } from "./read-configuration.ts";
import { toUnsignedToken } from "./to-unsigned-token.ts";

/** The one status whose word says little to somebody who waits. */
const words: Record<string, string> = { ready: "queued" };

let stopListening = () => {};

async function main(): Promise<void> {
  const configuration = await readConfiguration();
  const { auth, firestore } = connect(configuration);
  offerSignIn(configuration, auth);
  onSubmit("task-form", async ({ task = "" }) => listen(firestore, task));
}

function offerSignIn({ emulators }: Configuration, auth: Auth): void {
  byId("person-form").hidden = !emulators;
  onSubmit("token-form", ({ token = "" }) => signIn(auth, token.trim()));
  onSubmit("person-form", ({ user = "", ...claims }) => signIn(auth, toUnsignedToken(user, claims)));
}

async function signIn(auth: Auth, token: string): Promise<void> {
  stopListening();
  byId("seen").hidden = true;
  const { user } = await signInWithCustomToken(auth, token);
  const { tenant, role } = (await user.getIdTokenResult()).claims;
  byId("who").textContent =
    `Signed in as ${user.uid}, ${role ?? "without a role"} of ${tenant ?? "no tenant"}.`;
  byId("task-form").hidden = false;
}

function listen(firestore: Firestore, taskId: string): void {
  stopListening();
  const seen: string[] = [];
  byId("statuses").replaceChildren();
  byId("text").textContent = "";
  byId("seen").hidden = false;
  stopListening = listenToTask(firestore, taskId, {
    onTask: (task) => showTask(task, seen),
    onText: (text) => {
      if (text !== "") byId("text").textContent = text;
    },
    onProblem: (error) => {
      byId("seen").hidden = true;
      showProblem(toSentence(error));
    },
  });
}

function showTask({ status, result, error }: SeenTask, seen: string[]): void {
  if (seen.at(-1) !== status) {
    seen.push(status);
    const line = document.createElement("li");
    line.textContent = words[status] ?? status;
    byId("statuses").append(line);
  }
  // A task without live text has it in its result alone.
  if (result?.text) byId("text").textContent = result.text;
  if (error) showProblem(error.message);
}

function toSentence({ code, message }: FirestoreError): string {
  return code === "permission-denied" ? "There is no such task, or you may not see it." : message;
}

function showProblem(sentence: string): void {
  byId("problem").textContent = sentence;
}

function onSubmit(formId: string, handle: (fields: Record<string, string>) => Promise<void>): void {
  byId(formId).addEventListener("submit", (event) => {
    event.preventDefault();
    showProblem("");
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    handle(Object.fromEntries(fields) as Record<string, string>).catch(fail);
  });
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element) return element;
  throw new Error(`The page has no element ${id}.`);
}

function fail(error: unknown): void {
  showProblem(error instanceof Error ? error.message : String(error));
}

main().catch(fail);
