/** How a call ended: with an answer, a refusal, the connection cut by the vendor, or its caller gone. */
export type CallEnd = "answered" | "refused" | "cut" | "left";

/** What the vendor's process tells of a call; times are its own, in milliseconds. */
export type VendorMessage =
  | { kind: "ready"; port: number }
  | { kind: "began"; id: number; queue: string; key: string; at: number }
  | { kind: "asked"; id: number; prompt: string }
  | { kind: "ended"; id: number; how: CallEnd; at: number };

/** What the vendor is told: from now on to hold its answers back, or to give them; to fail the next one. */
export type VendorOrder = "hold" | "release" | "fail";

/** How often a call goes wrong, from 0 to 1; the seed decides which. */
export type VendorMood = { seed: number; failing: number; limiting: number; cutting: number };
