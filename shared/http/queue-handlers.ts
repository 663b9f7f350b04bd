import { type DescribeDeps, describeQueue, describeQueues } from "../queue/describe-queue.ts";
import { type OperateDeps, pauseQueue } from "../queue/pause-queue.ts";
import { recover } from "../queue/recover.ts";
import { resetBreaker } from "../queue/reset-breaker.ts";
import { resumeQueue } from "../queue/resume-queue.ts";
import type { SweepDeps } from "../queue/sweep.ts";
import type { Handlers } from "./create-app.ts";

export type QueueHandlerDeps = DescribeDeps & OperateDeps & SweepDeps;

type QueueOperation =
  | "listQueues"
  | "getQueue"
  | "pauseQueue"
  | "resumeQueue"
  | "resetBreaker"
  | "recoverQueues";

export function createQueueHandlers(deps: QueueHandlerDeps): Pick<Handlers, QueueOperation> {
  const { catalogue } = deps;
  const show = async (queueId: string): Promise<Response> =>
    Response.json(await describeQueue(deps, queueId));
  return {
    async listQueues() {
      await catalogue.read();
      return Response.json({ items: await describeQueues(deps) });
    },
    async getQueue({ params: { queueId = "" } }) {
      await catalogue.knowsQueue(queueId);
      return show(queueId);
    },
    async pauseQueue({ principal, params: { queueId = "" } }) {
      await catalogue.knowsQueue(queueId);
      await pauseQueue(deps, principal, queueId);
      return show(queueId);
    },
    async resumeQueue({ principal, params: { queueId = "" } }) {
      await catalogue.knowsQueue(queueId);
      await resumeQueue(deps, principal, queueId);
      return show(queueId);
    },
    async resetBreaker({ principal, params: { queueId = "" } }) {
      await catalogue.knowsQueue(queueId);
      await resetBreaker(deps, principal, queueId);
      return show(queueId);
    },
    async recoverQueues({ principal, body }) {
      await catalogue.read();
      return Response.json(await recover(deps, principal, body));
    },
  };
}
