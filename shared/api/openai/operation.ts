import type { z } from "zod";

/** One call of a vendor-compatible interface: what the router knows of it. */
export type OpenAiOperation = {
  method: "GET" | "POST" | "DELETE";
  /** With `{name}` for a part that varies, and `{name*}` for one that may hold slashes. */
  path: string;
  /** Who may call: any key, or a key that writes. */
  access: "read" | "write";
  query?: z.ZodType;
  /** JSON. Where it is absent and `form` too, the request's body is the handler's to read. */
  body?: z.ZodType;
  /** The fields of `multipart/form-data`. */
  form?: z.ZodType;
  /** The largest body in bytes; 1 MB where absent. */
  mostBytes?: number;
};
