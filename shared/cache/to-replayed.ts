import type { TaskDocument } from "../tasks/task-document.ts";
import { toReplayPieces } from "./to-replay-pieces.ts";

/**
 * What a stream shows of a task that asked for one and was answered without a call, in pieces. Nothing where the text is in a
 * file, nor where an attempt has written it as pages.
 */
export function toReplayed({ stream, cache, attempts, result }: TaskDocument): string[] {
  if (!stream || cache !== "hit" || attempts.length > 0 || !result || !("text" in result)) return [];
  return toReplayPieces(result.text);
}
