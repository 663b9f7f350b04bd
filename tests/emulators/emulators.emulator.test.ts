import { expect, it } from "vitest";
import { describeOnEmulators, hostOf } from "./describe-on-emulators.ts";

describeOnEmulators(["firestore"], "the Firestore emulator of the test set-up", () => {
  it("answers where the tests and the official clients look for it", async () => {
    expect(process.env.FIRESTORE_EMULATOR_HOST).toBe(hostOf("firestore"));
    const answer = await fetch(`http://${hostOf("firestore")}/`);
    expect((await answer.text()).trim()).toBe("Ok");
  });
});

describeOnEmulators(["pubsub"], "the Pub/Sub emulator of the test set-up", () => {
  it("answers where the tests and the official clients look for it", async () => {
    expect(process.env.PUBSUB_EMULATOR_HOST).toBe(hostOf("pubsub"));
    const answer = await fetch(`http://${hostOf("pubsub")}/v1/projects/test-project/topics`);
    expect(answer.status).toBe(200);
  });
});
