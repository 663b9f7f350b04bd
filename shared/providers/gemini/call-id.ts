import { idFrom } from "../../core/ids.ts";
import type { VendorPart } from "./vendor-response.ts";

/** Stands between a call's id and the model's signature of the thought that led to it. */
const mark = "__thought__";
const made = /^call_[a-z2-7]{26}$/;

/**
 * The id of a tool call: the vendor's, or one made from the response where the vendor gives none, which is the same
 * each time. The signature of the model's thought rides along, because Gemini 3 refuses the next turn without it and a
 * tool call has no other place for it: `<id>__thought__<signature, base64url>`.
 */
export function toCallId(part: VendorPart, responseId: string, index: number): string {
  const { id, name, args } = part.functionCall ?? {};
  const callId = id || idFrom("call", responseId, String(index), name ?? "", JSON.stringify(args ?? {}));
  if (!part.thoughtSignature) return callId;
  return callId + mark + Buffer.from(part.thoughtSignature, "base64").toString("base64url");
}

export type CallId = {
  /** Absent where the vendor gave none. */
  id?: string;
  signature?: string;
};

/** Takes an id of `toCallId`, or of any other vendor, apart. */
export function fromCallId(callId: string): CallId {
  const at = callId.indexOf(mark);
  const id = at < 0 ? callId : callId.slice(0, at);
  const signature = at < 0 ? undefined : callId.slice(at + mark.length);
  return {
    ...(!made.test(id) && { id }),
    ...(signature && { signature: Buffer.from(signature, "base64url").toString("base64") }),
  };
}
