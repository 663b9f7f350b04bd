import { hash } from "node:crypto";

/** Nine bytes: among a hundred thousand events of a minute the chance that two share a key is one in 10¹². */
const keyLength = 12;

/** What a minute remembers an event by: 12 characters of Base64. The same for each delivery of it. */
export function toEventKey(eventId: string): string {
  return hash("sha1", eventId, "base64").slice(0, keyLength);
}

/** Which of so many documents of its minute an event belongs to. */
export function toShard(eventKey: string, shards: number): number {
  return eventKey.charCodeAt(0) % shards;
}

/** The keys of a text that holds nothing else, one after the other. */
export function splitKeys(text: string): string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; at += keyLength) keys.push(text.slice(at, at + keyLength));
  return keys;
}
