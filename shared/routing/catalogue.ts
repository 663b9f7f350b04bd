import type { ConeaConfig, ModelConfig, ProviderConfig } from "../config/conea-config.ts";
import { toLineId, withOwnLine } from "../config/give-lines.ts";
import { fromTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { type CatalogueDocument, cataloguePath, linesOf } from "./catalogue-document.ts";
import { linesAsProviders } from "./lines-as-providers.ts";

export type Models = Readonly<Record<string, ModelConfig>>;
type Providers = Readonly<Record<string, ProviderConfig>>;

/** How long a process believes what it has read. */
const believedMs = 10_000;
/** For so long after a line was retired tasks may still be sent there, by those who have not heard of it. */
const closesAfterMs = 86_400_000;

/** All models as of a moment. `version` changes whenever one of them may have. */
export type CatalogueState = { models: Models; version: string };

export type Catalogue = {
  /** Those of conea.yaml, the lines of its models included. */
  configured: Providers;
  /**
   * The same and the lines of registered models, as far as they are known here: the one record of them in a process, which
   * changes with each look at the catalogue.
   */
  providers: ConeaConfig["providers"];
  /** All models: those of conea.yaml, and those registered over HTTP as they were at most ten seconds ago. */
  read(): Promise<CatalogueState>;
  /** The model of that id; `undefined` when there is none. Reads nothing where conea.yaml has it. */
  find(id: string): Promise<ModelConfig | undefined>;
  /** What the vendor calls the model of a task: one that was deleted since, or changed, is called from its line as it was. */
  nameOf(task: { model: string; queue: string }): Promise<string>;
  /**
   * Whether there is such a queue, and has its limits known here as they were at most ten seconds ago. One that is not known
   * is looked for anew: it may be younger. Reads nothing where conea.yaml has it. Rejects where that cannot be found out.
   */
  knowsQueue(id: string): Promise<boolean>;
  /** Whether a task may still be sent there. As `knowsQueue`, without lines that were retired a day ago. */
  takesTasks(id: string): Promise<boolean>;
  /** Whose key a queue uses, and by whose way its wakes come: its own, but for the line of a registered model. */
  accountOf(queueId: string): string;
  /** Lines that were retired by then, as they are known here. */
  retiredBy(time: string): string[];
  /** Has the next look read anew: this process has changed them. */
  forget(): void;
};

type Deps = Pick<Platform, "documents" | "clock"> & { config: ConeaConfig; log: Log };

/** What is configured and what was registered, as one. An entry of conea.yaml is never changed over HTTP. */
export function createCatalogue({ documents, clock, config, log }: Deps): Catalogue {
  const configured = { ...config.providers };
  const providers = { ...configured };
  let known: CatalogueState = { models: config.models, version: "" };
  let lines: ReturnType<typeof linesOf> = {};
  let knownUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<boolean> | undefined;

  /** Whether it could be read. */
  async function readOnce(): Promise<boolean> {
    try {
      const snapshot = await documents.get<CatalogueDocument>(cataloguePath);
      const registered = snapshot?.data ?? { models: {} };
      lines = linesOf(registered);
      showProviders(linesAsProviders(lines, configured));
      known = {
        models: { ...usable(registered, configured), ...config.models },
        version: snapshot?.updateTime ?? "",
      };
      knownUntil = clock.now() + believedMs;
      return true;
    } catch (error) {
      // What is known already serves better than nothing.
      log.warn("the catalogue could not be read", toErrorField(error));
      return false;
    }
  }

  function showProviders(shown: Providers): void {
    for (const id of Object.keys(providers))
      if (!Object.hasOwn(configured, id) && !Object.hasOwn(shown, id)) delete providers[id];
    Object.assign(providers, shown);
  }

  function readAgain(): Promise<boolean> {
    reading ??= readOnce().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<CatalogueState> {
    if (clock.now() >= knownUntil) await readAgain();
    return known;
  }

  /** As the catalogue is now: a look under way may have begun before it changed. */
  async function readAnew(): Promise<boolean> {
    await reading;
    return readAgain();
  }

  const find = async (id: string) => findModel(config.models, id) ?? findModel((await read()).models, id);

  async function knowsQueue(id: string): Promise<boolean> {
    if (Object.hasOwn(configured, id)) return true;
    await read();
    if (Object.hasOwn(providers, id)) return true;
    if (!(await readAnew())) throw new Error("The catalogue, which may have the queue, could not be read.");
    return Object.hasOwn(providers, id);
  }

  return {
    configured,
    providers,
    read,
    find,
    async nameOf({ model, queue }) {
      const line = Object.hasOwn(lines, queue) ? lines[queue] : undefined;
      if (line?.model === model && !Object.hasOwn(configured, queue)) return line.name ?? model;
      const listed = findModel(config.models, model);
      const entry = listed ?? (await find(model)) ?? ((await readAnew()) ? await find(model) : undefined);
      return entry?.name ?? model;
    },
    knowsQueue,
    async takesTasks(id) {
      if (!(await knowsQueue(id))) return false;
      const { retiredAt } = providers[id] ?? {};
      return retiredAt === undefined || clock.now() < fromTime(retiredAt) + closesAfterMs;
    },
    accountOf(queueId) {
      return (Object.hasOwn(providers, queueId) && providers[queueId]?.account) || queueId;
    },
    retiredBy(time) {
      return Object.keys(lines).filter((id) => {
        const line = lines[id];
        return line && "retiredAt" in line && line.retiredAt <= time;
      });
    },
    forget() {
      knownUntil = Number.NEGATIVE_INFINITY;
    },
  };
}

/**
 * With the line of each. Registered once, and of a provider that is no longer configured, or with a line that is called as
 * what conea.yaml has since: it cannot be called.
 */
function usable({ models }: CatalogueDocument, configured: Providers): Record<string, ModelConfig> {
  const isUsable = ([id, { provider, limits }]: [string, ModelConfig]) =>
    Object.hasOwn(configured, provider) && !(limits && Object.hasOwn(configured, toLineId(provider, id)));
  return Object.fromEntries(
    Object.entries(models)
      .filter(isUsable)
      .map(([id, model]) => [id, withOwnLine(id, model)]),
  );
}

export function findModel(models: Models, id: string): ModelConfig | undefined {
  return Object.hasOwn(models, id) ? models[id] : undefined;
}
