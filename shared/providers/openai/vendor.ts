import type { OpenAI } from "openai";
import type { Post } from "../create-post.ts";

/** Whom a call goes to. */
export type Vendor = {
  client: OpenAI;
  /** The short way of calls that are many and small; the others go the SDK's own. */
  post: Post;
  /** Another server that speaks OpenAI's protocol, which may know only its older parameters. */
  isCompatible: boolean;
};
