import { ProviderError } from "./provider-error.ts";

/**
 * The arguments of a tool call as the object some vendors take, where ours are the text a model wrote. Blank is none.
 * Throws `invalid_request`, naming the parameter, when they are anything but an object.
 */
export function readArguments(text: string, parameter: string): Record<string, unknown> {
  if (!text.trim()) return {};
  const value = tryToParse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new ProviderError("invalid_request", { vendorCode: "arguments_not_an_object", parameter });
}

function tryToParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
