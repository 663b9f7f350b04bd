import { initializeApp } from "firebase/app";
import { type Auth, connectAuthEmulator, initializeAuth, inMemoryPersistence } from "firebase/auth";
import { connectFirestoreEmulator, type Firestore, getFirestore } from "firebase/firestore";
import type { Configuration } from "./read-configuration.ts";

/** Nothing is kept when the page is left: neither who signed in nor what was seen. */
export function connect({ firebase, emulators }: Configuration): { auth: Auth; firestore: Firestore } {
  const app = initializeApp(firebase);
  const auth = initializeAuth(app, { persistence: inMemoryPersistence });
  const firestore = getFirestore(app);
  if (emulators) {
    connectAuthEmulator(auth, emulators.auth, { disableWarnings: true });
    connectFirestoreEmulator(firestore, emulators.firestore.host, emulators.firestore.port);
  }
  return { auth, firestore };
}
