import type { ConeaConfig, ModelConfig } from "../config/conea-config.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { DocumentPath } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";

export type Models = Readonly<Record<string, ModelConfig>>;

/** `catalogue/models`: the models that were registered over HTTP, all in one document, by id. */
export type CatalogueDocument = { models: Record<string, ModelConfig> };

export const cataloguePath: DocumentPath = "catalogue/models";

/** How long a process believes what it has read. */
const believedMs = 10_000;

/** All models as of a moment. `version` changes whenever one of them may have. */
export type CatalogueState = { models: Models; version: string };

export type Catalogue = {
  /** All models: those of conea.yaml, and those registered over HTTP as they were at most ten seconds ago. */
  read(): Promise<CatalogueState>;
  /** The model of that id; `undefined` when there is none. Reads nothing where conea.yaml has it. */
  find(id: string): Promise<ModelConfig | undefined>;
  /** Has the next look read anew: this process has changed them. */
  forget(): void;
};

/** What is configured and what was registered, as one. An entry of conea.yaml is never changed over HTTP. */
export function createCatalogue({
  documents,
  clock,
  config,
  log,
}: Pick<Platform, "documents" | "clock"> & { config: ConeaConfig; log: Log }): Catalogue {
  let known: CatalogueState = { models: config.models, version: "" };
  let knownUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function readAgain(): Promise<void> {
    try {
      const snapshot = await documents.get<CatalogueDocument>(cataloguePath);
      known = {
        models: snapshot ? { ...usable(snapshot.data, config), ...config.models } : config.models,
        version: snapshot?.updateTime ?? "",
      };
      knownUntil = clock.now() + believedMs;
    } catch (error) {
      // What is known already serves better than nothing.
      log.warn("the catalogue could not be read", toErrorField(error));
    }
  }

  async function read(): Promise<CatalogueState> {
    if (clock.now() >= knownUntil) {
      reading ??= readAgain().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    return known;
  }

  return {
    read,
    async find(id) {
      return findModel(config.models, id) ?? findModel((await read()).models, id);
    },
    forget() {
      knownUntil = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Registered once, and of a provider that is no longer configured: it cannot be called. */
function usable({ models }: CatalogueDocument, { providers }: ConeaConfig): Record<string, ModelConfig> {
  return Object.fromEntries(
    Object.entries(models).filter(([, { provider }]) => Object.hasOwn(providers, provider)),
  );
}

export function findModel(models: Models, id: string): ModelConfig | undefined {
  return Object.hasOwn(models, id) ? models[id] : undefined;
}
