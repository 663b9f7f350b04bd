import type { Row } from "./row.ts";
import { contentRefused } from "./rows/content-refused.ts";
import { contextTooLong } from "./rows/context-too-long.ts";
import { cut } from "./rows/cut.ts";
import { down } from "./rows/down.ts";
import { failing } from "./rows/failing.ts";
import { failingOnce } from "./rows/failing-once.ts";
import { lateFirstToken } from "./rows/late-first-token.ts";
import { malformedEvent } from "./rows/malformed-event.ts";
import { neverAnswers } from "./rows/never-answers.ts";
import { noEndMark } from "./rows/no-end-mark.ts";
import { prefillRefused } from "./rows/prefill-refused.ts";
import { rateLimited } from "./rows/rate-limited.ts";
import { rateLimitedOnce } from "./rows/rate-limited-once.ts";
import { reset } from "./rows/reset.ts";
import { stall } from "./rows/stall.ts";
import { unavailable } from "./rows/unavailable.ts";

/** The sixteen, in the order in which they are told of. */
export const rows: Row[] = [
  rateLimitedOnce,
  rateLimited,
  failingOnce,
  unavailable,
  reset,
  neverAnswers,
  lateFirstToken,
  cut,
  stall,
  malformedEvent,
  noEndMark,
  contextTooLong,
  contentRefused,
  prefillRefused,
  down,
  failing,
];
