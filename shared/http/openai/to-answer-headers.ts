import type { ConeaConfig } from "../../config/conea-config.ts";
import type { WatchedTask } from "./watch-task.ts";

/** What each answer about a task says of it beside the answer itself. */
export function toAnswerHeaders(
  task: Pick<WatchedTask, "id" | "attempts" | "queue" | "model" | "simulated" | "cache">,
  { providers }: Pick<ConeaConfig, "providers">,
): Record<string, string> {
  const limit = providers[task.queue]?.limits.requests?.[0]?.count;
  return {
    "x-conea-task-id": task.id,
    "x-conea-route": toRoute(task),
    "x-conea-cache": task.cache ?? "off",
    ...(task.simulated && { "x-conea-simulated": "true" }),
    ...(limit !== undefined && { "x-ratelimit-limit-requests": String(limit) }),
  };
}

/** `openai/gpt-5.5`, and `openai/gpt-5.5 -> gemini/gemini-3.8-flash` after a failover. */
function toRoute({ attempts, queue, model }: Pick<WatchedTask, "attempts" | "queue" | "model">): string {
  const places = [...attempts, { provider: queue, model }].map(({ provider, model: name }) =>
    name === undefined || name.startsWith(`${provider}/`) ? (name ?? provider) : `${provider}/${name}`,
  );
  return places
    .filter((place, index) => place !== places[index - 1])
    .map((place) => place.replaceAll(/[^\x20-\x7e]/g, "?"))
    .join(" -> ");
}
