import { readSettings } from "../../shared/config/settings.ts";
import { isCron } from "./is-cron.ts";
import { leastCpu, runtimes } from "./known-names.ts";
import { numberAt, type PlannedResource, textAt } from "./plan.ts";
import type { PlanRule } from "./plan-rules.ts";

const isFunction = ({ type }: PlannedResource) => type === "google_cloudfunctions2_function";

/** Numbers and durations that a service takes between bounds, by type. A duration is its seconds with an `s`. */
const bounds: Record<string, [path: (string | number)[], least: number, most: number][]> = {
  google_cloud_scheduler_job: [
    [["attempt_deadline"], 15, 1_800],
    [["retry_config", 0, "retry_count"], 0, 5],
  ],
  google_cloud_tasks_queue: [
    [["rate_limits", 0, "max_concurrent_dispatches"], 1, 5_000],
    [["rate_limits", 0, "max_dispatches_per_second"], 0.001, 500],
    [["retry_config", 0, "min_backoff"], 0, 3_600],
    [["retry_config", 0, "max_backoff"], 0, 3_600],
  ],
  google_cloudfunctions2_function: [
    [["service_config", 0, "max_instance_count"], 1, 1_000],
    [["service_config", 0, "max_instance_request_concurrency"], 1, 1_000],
    [["service_config", 0, "timeout_seconds"], 1, 3_600],
  ],
  google_firestore_backup_schedule: [[["retention"], 86_400, 98 * 86_400]],
  google_pubsub_subscription: [
    [["ack_deadline_seconds"], 10, 600],
    [["dead_letter_policy", 0, "max_delivery_attempts"], 5, 100],
    [["message_retention_duration"], 600, 31 * 86_400],
    [["retry_policy", 0, "minimum_backoff"], 0, 600],
    [["retry_policy", 0, "maximum_backoff"], 0, 600],
  ],
};

export const serviceRules: PlanRule[] = [
  {
    id: "known-runtime",
    reason: "A function's runtime is one that is still maintained.",
    find(resource) {
      const runtime = textAt(resource, "build_config", 0, "runtime");
      return !isFunction(resource) || runtimes.has(runtime ?? "") ? [] : [`runs on "${runtime}"`];
    },
  },
  {
    id: "memory-and-cpu",
    reason: "The platform takes certain sizes, and one request at a time below one CPU.",
    find(resource) {
      if (!isFunction(resource)) return [];
      const memory = textAt(resource, "service_config", 0, "available_memory") ?? "none";
      const cpu = Number(textAt(resource, "service_config", 0, "available_cpu"));
      const concurrency = numberAt(resource, "service_config", 0, "max_instance_request_concurrency") ?? 1;
      const least = leastCpu.get(memory);
      if (least === undefined) return [`has "${memory}" of memory`];
      if (!(cpu >= least)) return [`has ${cpu} CPU beside ${memory}, which wants ${least}`];
      return concurrency > 1 && cpu < 1 ? [`serves ${concurrency} requests at once with ${cpu} CPU`] : [];
    },
  },
  {
    id: "within-bounds",
    reason: "The service refuses what is outside its bounds when it is applied.",
    find: (resource) =>
      (bounds[resource.type] ?? []).flatMap(([path, least, most]) => {
        const found = toNumber(numberAt(resource, ...path) ?? textAt(resource, ...path));
        if (found === undefined || (found >= least && found <= most)) return [];
        return [`has ${found} for ${path.filter((key) => key !== 0).join(".")}, outside ${least} to ${most}`];
      }),
  },
  {
    id: "cron-expression",
    reason: "A schedule that cannot come true is a repair that never runs.",
    find(resource) {
      const schedule = textAt(resource, "schedule");
      return schedule === undefined || isCron(schedule) ? [] : [`has the schedule "${schedule}"`];
    },
  },
  {
    id: "settings",
    reason: "A function with a setting that it refuses does not start.",
    find(resource) {
      if (!isFunction(resource)) return [];
      try {
        readSettings(toEnvironment(resource));
        return [];
      } catch (error) {
        return [`does not start: ${error instanceof Error ? error.message.replace(/\.$/, "") : error}`];
      }
    },
  },
];

function toNumber(value: number | string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  return typeof value === "number" ? value : Number(/^(\d+(?:\.\d+)?)s$/.exec(value)?.[1]);
}

function toEnvironment({ values }: PlannedResource): Record<string, string> {
  const [config] = values.service_config as { environment_variables: Record<string, string> }[];
  return config?.environment_variables ?? {};
}
