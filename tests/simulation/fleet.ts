import { ConeaConfig } from "../../shared/config/conea-config.ts";
import { createLog, type Log } from "../../shared/core/log.ts";
import type { Documents } from "../../shared/platform/documents.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { ProviderDirectory } from "../../shared/providers/provider.ts";
import { type Conea, createConea } from "../../shared/tasks/create-conea.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import { addDocumentFaults } from "./faulty-documents.ts";
import type { History } from "./history.ts";
import { createInstance, type Instance, type Role } from "./instance.ts";
import type { Mutation } from "./mutation.ts";
import { recordDocuments } from "./recorded-documents.ts";
import type { Scenario } from "./scenario.ts";
import { type BlobStore, createSimulatedBlobs } from "./simulated-blobs.ts";
import { connectEvents, type EventBroker } from "./simulated-events.ts";
import type { Vendor } from "./simulated-vendor.ts";
import { connectWakes, type WakeService } from "./simulated-wakes.ts";
import type { World } from "./world.ts";

export type Member = { instance: Instance; conea: Conea };

export type FleetParts = {
  scenario: Scenario;
  mutation: Mutation | undefined;
  world: World;
  faults: Faults;
  history: History;
  dice: Dice;
  epochMs: number;
  store: Documents;
  /** The same store, where what serving and working cost is counted. */
  counted: Documents;
  blobs: BlobStore;
  broker: EventBroker;
  vendor: Vendor;
  wakeService: WakeService;
};

export type Fleet = {
  /** A living member of the role that is not shutting down. */
  find(role: Role, dice: Dice): Member | undefined;
  /** Ends every process, and their connections with them. Nothing comes up again before `rise`. */
  perish(): void;
  /** Brings up one process that serves nobody: an operator's own. */
  startAlone(): Member;
  rise(): void;
};

/** All instances of the product. One that dies is replaced, some time later, by a new one. */
export function createFleet(parts: FleetParts): Fleet {
  const { scenario, world, faults, dice } = parts;
  const members = new Set<Member>();
  /** Those that are shutting down: nobody asks them for anything any more. */
  const leaving = new Set<Member>();
  let born = 0;
  /** Those that come up once the fleet rises. */
  let held: (readonly Role[])[] | undefined;

  function start(roles: readonly Role[]): void {
    if (held) return void held.push(roles);
    const name = `${roles.length > 1 ? "all" : (roles[0] ?? "")}${++born}`;
    const own = dice.fork(name);
    const member = createMember(parts, name, roles, own);
    members.add(member);
    member.instance.onDeath(() => {
      members.delete(member);
      leaving.delete(member);
      world.after(own.between(0, 30_000), () => start(roles));
    });
    if (faults.strikes("shutdown", own)) world.after(own.between(1_000, 90_000), () => shutDown(member));
  }

  function shutDown(member: Member): void {
    const { instance, conea } = member;
    members.delete(member);
    leaving.add(member);
    instance.enter(() => {
      void conea.runner.drain(8_000).then(() => instance.die("shut down"));
    });
  }

  for (const roles of rolesOf(scenario)) start(roles);
  return {
    perish() {
      held ??= [];
      for (const { instance } of [...members, ...leaving]) instance.die("disaster");
      parts.vendor.hangUp();
    },
    startAlone() {
      const name = `operator${++born}`;
      return createMember(parts, name, [], dice.fork(name));
    },
    rise() {
      const waiting = held ?? [];
      held = undefined;
      for (const roles of waiting) start(roles);
    },
    find(role, own) {
      const able = [...members].filter(({ instance }) => instance.roles.includes(role));
      return able[own.between(0, able.length - 1)];
    },
  };
}

function rolesOf({ instances: { api, worker, sweeper, allInOne } }: Scenario): Role[][] {
  if (allInOne) return Array.from({ length: worker }, (): Role[] => ["api", "worker", "sweeper"]);
  const each = { api, worker, sweeper };
  return (["api", "worker", "sweeper"] as const).flatMap((role) =>
    Array.from({ length: each[role] }, () => [role]),
  );
}

function createMember(parts: FleetParts, name: string, roles: readonly Role[], dice: Dice): Member {
  const { scenario, mutation, world, faults, history, epochMs } = parts;
  const { skewMs, latencyMs } = scenario;
  const instance = createInstance({ name, roles, epochMs, skewMs, latencyMs, world, faults, history, dice });
  const outfit = {
    platform: toPlatform(parts, instance),
    providers: toDirectory(parts, instance),
    config: toConfig(scenario),
  };
  const mutated = mutation?.outfit?.(outfit) ?? outfit;
  const closing = new AbortController().signal;
  return { instance, conea: createConea({ ...mutated, log: toLog(history, name), closing }) };
}

function toPlatform(parts: FleetParts, instance: Instance): Platform {
  const { world, faults, history, blobs, broker, dice } = parts;
  const { store, counted } = parts;
  const isServing = instance.roles.includes("api") || instance.roles.includes("worker");
  const reached = isServing ? counted : store;
  const documents = recordDocuments({ documents: reached, store, by: instance.name, history });
  const random = dice.fork(`${instance.name}/random`);
  return {
    documents: addDocumentFaults(documents, { instance, faults, world }),
    wakes: connectWakes(parts.wakeService, instance, faults),
    events: connectEvents(broker, instance, faults),
    blobs: createSimulatedBlobs(blobs, instance, faults),
    secrets: {
      get: async () => "key",
      getVersion: async () => ({ version: "1", value: "key" }),
      addVersion: async () => undefined,
    },
    clock: instance.clock,
    ids: instance.ids,
    random: random.next,
    fetch: () => Promise.reject(new Error("the simulation has no network")),
  };
}

function toDirectory({ scenario, vendor }: FleetParts, instance: Instance): ProviderDirectory {
  const providers = new Map(scenario.queues.map((queue) => [queue.id, vendor.connect(instance, queue)]));
  const opened = new Set<string>();
  return {
    async open(id) {
      const provider = providers.get(id);
      if (!provider) throw new Error(`no provider ${id}`);
      // Its key is read once.
      if (!opened.has(id)) await instance.call(async () => undefined);
      opened.add(id);
      return { provider, simulated: false };
    },
  };
}

const configs = new WeakMap<Scenario, ConeaConfig>();

function toConfig(scenario: Scenario): ConeaConfig {
  const known = configs.get(scenario);
  if (known) return known;
  const { queues, retry, breaker, strictLine, budgetMicros } = scenario;
  const config = ConeaConfig.parse({
    providers: Object.fromEntries(
      queues.map(({ id, limits, totalMs, stalls }) => [
        id,
        { kind: "openai", apiKey: "secret:KEY", limits, timeouts: { totalMs, ...stalls } },
      ]),
    ),
    models: Object.fromEntries(
      queues.map(({ id, prefill }) => [
        `m-${id}`,
        { provider: id, kinds: ["chat"], price, ...(prefill && { abilities: { prefill: true } }) },
      ]),
    ),
    retry,
    breaker,
    ...(strictLine !== undefined && { queue: { maxReady: strictLine, strict: true } }),
    ...(budgetMicros !== undefined && {
      allowances: { tenant: { micros: `${budgetMicros}/month`, activeTasks: 1_000 } },
    }),
  });
  configs.set(scenario, config);
  return config;
}

/** In thousandths of a dollar, so that every token shows in what a task costs. */
export const price = { inputMicros: 1_000_000_000, cachedInputMicros: 0, outputMicros: 7_000_000_000 };

/** Warnings and errors become part of the history: they are the best explanation of what comes next. */
function toLog(history: History, by: string): Log {
  return createLog(({ sentence, fields }) => {
    const about = [fields.taskId, fields.error].filter(Boolean).join(" ");
    history.record({ kind: "noted", by, what: about ? `${sentence} (${about})` : sentence });
  }, "WARNING");
}
