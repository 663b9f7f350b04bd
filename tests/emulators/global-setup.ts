import type { TestProject } from "vitest/node";
import type { Place } from "./emulator-hosts.ts";
import { MissingTool } from "./missing-tool.ts";
import { type Emulator, startFirestoreEmulator, startPubSubEmulator } from "./start-emulator.ts";

type Started = { place: Place; close(): Promise<void> };

/** Starts both emulators once for all tests that need one, and stops them after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [firestore, pubsub] = await startBoth();
  project.provide("emulators", { firestore: firestore.place, pubsub: pubsub.place });
  return async () => {
    await Promise.all([firestore.close(), pubsub.close()]);
  };
}

async function startBoth(): Promise<[Started, Started]> {
  const starts = await Promise.allSettled([
    startOrSkip(startFirestoreEmulator),
    startOrSkip(startPubSubEmulator),
  ]);
  const [firestore, pubsub] = starts;
  if (firestore.status === "fulfilled" && pubsub.status === "fulfilled") {
    return [firestore.value, pubsub.value];
  }
  await Promise.all(starts.map((start) => start.status === "fulfilled" && start.value.close()));
  throw starts.find((start) => start.status === "rejected")?.reason;
}

async function startOrSkip(start: () => Promise<Emulator>): Promise<Started> {
  try {
    const { host, close } = await start();
    return { place: { host }, close };
  } catch (error) {
    if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
    console.warn(`Tests on an emulator are skipped. ${error.message}`);
    return { place: { missing: error.message }, close: async () => undefined };
  }
}
