import { type Clock, sleep } from "../../shared/core/clock.ts";
import type { Send } from "../../shared/webhooks/send.ts";
import type { Dice } from "../simulation/dice.ts";
import { receivers } from "./receivers.ts";
import type { Storm } from "./storm.ts";
import type { Story } from "./story.ts";

const mostArrivals = 6_000;

/** Makes calls to the receivers of a story, and writes down what arrives. */
export function createSimulatedSend(
  { clock, dice, storm }: { clock: Clock; dice: Dice; storm: Storm },
  story: Story,
): Send {
  return async (outgoing) => {
    story.isRunaway ||= story.arrivals.length > mostArrivals;
    if (story.isRunaway) return new Promise(() => undefined);
    const { url, headers } = outgoing;
    const id = headers["webhook-id"] ?? "";
    const here = story.arrivals.filter((one) => one.url === url);
    const nth = here.filter((one) => one.id === id).length + 1;
    const call = { outgoing, n: here.length + 1, nth, atMs: storm.sinceMs(), dice };
    const kind = story.targets.find((target) => target.url === url)?.kind ?? "failing";
    const { outcome, isTaken } = receivers[kind](call);
    const at = clock.now();
    const status = "status" in outcome ? outcome.status : 0;
    story.arrivals.push({ url, id, at, until: at + outcome.durationMs, status, isTaken });
    await sleep(clock, outcome.durationMs);
    return outcome;
  };
}
