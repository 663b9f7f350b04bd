import type { Route } from "../api/route.ts";
import type { TaskDocument } from "./task-document.ts";

/** The fields by which it becomes another candidate's turn to serve a task. */
export function toTurn(route: Route, at: number): TurnChange {
  const { provider: queue, model, simulated } = route.candidates[at] ?? { provider: "" };
  return {
    fields: {
      queue,
      route: { ...route, at },
      ...(model !== undefined && { model }),
      ...(simulated && { simulated }),
    },
    removes: [
      ...(model === undefined ? (["model"] as const) : []),
      ...(simulated ? [] : (["simulated"] as const)),
    ],
  };
}

export type TurnChange = {
  fields: Pick<TaskDocument, "queue" | "model" | "route" | "simulated">;
  removes: ("model" | "simulated")[];
};
