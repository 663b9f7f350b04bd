import type { APIError } from "openai";

/** What a call of an SDK fails with; `undefined` when it does not. */
export async function failureOf<T = APIError>(promise: Promise<unknown>): Promise<T | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error as T;
  }
}
