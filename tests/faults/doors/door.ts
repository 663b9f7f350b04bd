import type { World } from "../world.ts";

/** What a caller got. */
export type Got = {
  /** All text that reached the caller. */
  text: string;
  /** Why the answer ended; absent where nobody called it complete. */
  finishReason?: string;
  /** The model the answer names. */
  model?: string;
  usage?: { input: number; output: number };
  /** Its code in Conea's own words, whatever the door calls it. */
  error?: { code: string; message: string; status?: number };
  taskId: string;
  tookMs: number;
};

/** One way to ask. */
export type Door = { name: string; ask(world: World, model?: string): Promise<Got> };

export const messages = [{ role: "user" as const, content: "Tell me of the ferry." }];
