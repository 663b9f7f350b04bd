import { inject } from "vitest";
import "./emulator-hosts.ts";

const { firestore, pubsub } = inject("emulators");

if ("host" in firestore) process.env.FIRESTORE_EMULATOR_HOST = firestore.host;
if ("host" in pubsub) process.env.PUBSUB_EMULATOR_HOST = pubsub.host;
/** Without it the first call of an official client looks for a metadata server, for one or two seconds. */
process.env.METADATA_SERVER_DETECTION = "none";
