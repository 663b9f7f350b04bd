import { LeanResponse } from "./lean-response.ts";

/** The headers of an answer for whoever asks for some by their names, in lower case: they are looked up where they are. */
export function headersOf(response: Response): Pick<Headers, "get"> {
  return response instanceof LeanResponse ? { get: (name) => response.header(name) } : response.headers;
}
