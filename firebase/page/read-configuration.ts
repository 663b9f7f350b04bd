import type { FirebaseOptions } from "firebase/app";

/** What the page is to connect to. `emulators` is there only where they are: then anybody may be anybody. */
export type Configuration = {
  firebase: FirebaseOptions;
  emulators?: { auth: string; firestore: { host: string; port: number } };
};

/**
 * `configuration.json`, which whoever starts the emulators puts beside the page; otherwise what Firebase Hosting says of its
 * own project. Throws when there is neither.
 */
export async function readConfiguration(): Promise<Configuration> {
  const own = await fetchJson("configuration.json");
  if (own) return own as Configuration;
  const firebase = await fetchJson("/__/firebase/init.json");
  if (firebase) return { firebase };
  throw new Error("The page does not know its Firebase project: serve it by Firebase Hosting.");
}

async function fetchJson(address: string): Promise<object | undefined> {
  const answer = await fetch(address);
  const isJson = answer.headers.get("content-type")?.includes("json");
  return answer.ok && isJson ? answer.json() : undefined;
}
