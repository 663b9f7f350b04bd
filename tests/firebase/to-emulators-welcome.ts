import type { EmulatorSet } from "./start-emulator-set.ts";

/** What somebody reads once the emulators are up: where each is, and two commands that can be pasted. */
export function toEmulatorsWelcome(set: EmulatorSet, project: string): string {
  const { auth, firestore, pubsub, page, conea, apiKey, topic } = set;
  return `The emulators are ready, as project ${project}:

  page       ${page}    sign in there as anybody; Conea's own key is user local of tenant local
  Conea      ${conea}    Authorization: Bearer ${apiKey}
  Auth       ${auth}
  Firestore  http://${firestore}    with the rules of firebase/firestore.rules
  Pub/Sub    http://${pubsub}    events of tasks on the topic ${topic}

Where other programs look for them:

  export FIREBASE_AUTH_EMULATOR_HOST=${new URL(auth).host} FIRESTORE_EMULATOR_HOST=${firestore} PUBSUB_EMULATOR_HOST=${pubsub}

Submit a task, and listen on the page to the id that is answered:

  curl -s ${conea}/v1/tasks -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' \\
    -d '{"type":"chat","stream":true,"input":{"messages":[{"role":"user","content":"Say hello."}]}}'

Ctrl-C stops all of them.`;
}
