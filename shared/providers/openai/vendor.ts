import type { OpenAI } from "openai";

/** Whom a call goes to. */
export type Vendor = {
  client: OpenAI;
  /** Another server that speaks OpenAI's protocol, which may know only its older parameters. */
  isCompatible: boolean;
};
