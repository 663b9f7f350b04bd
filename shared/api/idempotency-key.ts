/** The header of calls that create something. */
export const idempotencyKey = {
  "Idempotency-Key": "1–255 visible characters: repeating the call with it makes nothing new.",
};
