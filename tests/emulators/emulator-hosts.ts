/** Where each emulator listens (`host:port`), or the sentence that says what it lacks. */
export type EmulatorHosts = { firestore: Place; pubsub: Place };
export type Place = { host: string } | { missing: string };

declare module "vitest" {
  interface ProvidedContext {
    emulators: EmulatorHosts;
  }
}
