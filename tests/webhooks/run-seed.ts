import type { Event } from "../../shared/api/events.ts";
import { toTime } from "../../shared/core/clock.ts";
import { createLog } from "../../shared/core/log.ts";
import { openEmbeddedDocuments } from "../../shared/platform/embedded/documents.ts";
import { createVirtualClock, type VirtualClock } from "../../shared/platform/embedded/virtual-clock.ts";
import { createEndpointBook } from "../../shared/webhooks/create-endpoint-book.ts";
import type { DeliveryDocument } from "../../shared/webhooks/delivery-document.ts";
import { type EndpointDocument, endpointPath } from "../../shared/webhooks/endpoint-document.ts";
import { fanOut } from "../../shared/webhooks/fan-out.ts";
import { newSigningSecret } from "../../shared/webhooks/signing-keys.ts";
import { sweepWebhooks } from "../../shared/webhooks/sweep-webhooks.ts";
import { aTaskEvent, startMs } from "../../shared/webhooks/webhooks.fixture.ts";
import { createDice, type Dice } from "../simulation/dice.ts";
import { createFleet, type Fleet } from "./create-fleet.ts";
import { createSimulatedSend } from "./create-simulated-send.ts";
import { receiverKinds } from "./receivers.ts";
import { createStorm, type Storm, stormMs } from "./storm.ts";
import { type Break, newStory, type Story, type Target } from "./story.ts";

const calmMs = 110 * 3_600_000;

type Stage = { clock: VirtualClock; dice: Dice; storm: Storm; fleet: Fleet; story: Story };

/** Two hours of events, crashes and faults, then four and a half days of peace. */
export async function runSeed(seed: number, broken: Break = {}): Promise<Story> {
  const dice = createDice(seed, "webhooks");
  const clock = createVirtualClock(startMs);
  const { documents: store } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
  const documents = broken.documents?.(store) ?? store;
  const story = newStory(seed % 3 === 0);
  const storm = createStorm(clock, dice, story.isQuiet);
  const simulated = createSimulatedSend({ clock, dice, storm }, story);
  const send = broken.send?.(simulated) ?? simulated;
  const fleet = createFleet({ clock, dice, storm, documents, send, story });
  const stage = { clock, dice, storm, fleet, story };

  const count = dice.between(3, 7);
  story.targets = Array.from({ length: count }, (_, index) => toTarget(dice, index));
  for (const { kind: _, ...data } of story.targets)
    await store.commit([{ op: "create", path: endpointPath(data.id), data }]);
  for (let members = dice.between(1, 3); members > 0; members--) fleet.start();
  planEvents(stage);
  planCrashes(stage);
  planSweeps(stage, broken.sweep);
  while (storm.sinceMs() < stormMs + calmMs && !story.isRunaway) await clock.advance(600_000);

  const all = async <T>(collection: string) => (await store.query<T>({ collection })).map(({ data }) => data);
  story.deliveries = await all<DeliveryDocument>("webhookDeliveries");
  story.endpoints = await all<EndpointDocument>("webhookEndpoints");
  return story;
}

/** An endpoint with a receiver of some kind; the first one is healthy and wants everything. */
function toTarget(dice: Dice, index: number): Target {
  const kind = index === 0 ? "healthy" : dice.pick(receiverKinds);
  const [types] = index === 0 ? [["*"]] : [dice.pick([["*"], ["task.*"], ["task.accepted"], ["batch.*"]])];
  const createdAt = toTime(startMs + index);
  return {
    ...{ id: `endpoint_${"abcdefg"[index]?.repeat(26)}`, tenant: "acme", kind, types },
    ...{ url: `https://receiver-${index}.example.com/${kind}`, headerNames: [], signature: "hmac" },
    ...{ ratePerSecond: dice.pick([0.5, 2, 10, 20]), concurrency: dice.pick([1, 3, 10]) },
    ...{ state: "enabled", eventSequence: 0, untold: [], createdAt, createdBy: "root", updatedAt: createdAt },
    secrets: [{ id: "secret_1", sealed: newSigningSecret(), createdAt }],
  };
}

function planEvents(stage: Stage): void {
  const { clock, dice, story } = stage;
  for (let count = dice.between(10, 60); count > 0; count--) {
    const at = dice.between(0, stormMs - 1);
    const burst = dice.chance(0.1) ? dice.between(5, 20) : 1;
    for (let n = 0; n < burst; n++) {
      clock.after(at + n * dice.between(0, 900), () => {
        const event = aTaskEvent(clock.now(), dice.chance(0.1) ? { tenant: "other" } : {});
        story.events.push(event);
        void publish(stage, event);
      });
    }
  }
}

/** As Pub/Sub: until it is taken, and now and then once more. */
async function publish(stage: Stage, event: Event, tries = 1): Promise<void> {
  const { clock, dice, fleet } = stage;
  const again = (afterMs: number, next = tries + 1) =>
    void clock.after(afterMs, () => void publish(stage, event, next));
  const member = fleet.pick();
  if (!member) return again(500 * Math.min(tries, 20));
  let isTaken = false;
  // One that dies with it is brought again.
  clock.after(10_000, () => isTaken || again(500 * Math.min(tries, 20)));
  const book = createEndpointBook(member.deps);
  await fanOut({ ...member.deps, book }, event).then(
    () => {
      isTaken = true;
    },
    () => undefined,
  );
  if (isTaken && dice.chance(0.2)) again(dice.between(1, 60_000));
}

function planCrashes(stage: Stage): void {
  const { clock, dice, storm, fleet, story } = stage;
  if (!storm.isOn()) return;
  if (storm.chance(0.3)) {
    fleet.pick()?.mortal.die();
    story.crashes += 1;
    clock.after(dice.between(100, 30_000), () => fleet.start());
  }
  clock.after(dice.between(1_000, 120_000), () => planCrashes(stage));
}

/** Each minute while there is something to repair; then seldom, which costs less and finds as much. */
function planSweeps(stage: Stage, broken: Break["sweep"] = (sweep) => sweep()): void {
  const { clock, storm, fleet } = stage;
  const everyMs = storm.sinceMs() < stormMs + 600_000 ? 60_000 : 600_000;
  clock.after(everyMs, () => planSweeps(stage, broken));
  const member = fleet.pick();
  if (member) void broken(() => sweepWebhooks(member.deps).catch(() => undefined));
}
