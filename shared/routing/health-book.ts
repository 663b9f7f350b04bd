import { type Log, toErrorField } from "../core/log.ts";
import type { DocumentPath } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type HealthSample, type ModelHealth, withSample } from "./model-health.ts";

/** How long what was read is believed, and how seldom what was measured is written. */
const sharedMs = 10_000;

export type HealthBook = {
  /** Measures a call of a model, in memory. */
  note(model: string, sample: HealthSample): void;
  /** Remembers that a model refuses to go on from a last message of the assistant. */
  noteNoPrefill(model: string): void;
  /** What is known here of a model, without reading. */
  peek(model: string): ModelHealth | undefined;
  /** What is known of the models, by all processes as of at most ten seconds ago. Never rejects. */
  read(models: readonly string[]): Promise<ReadonlyMap<string, ModelHealth>>;
  /** Tells other processes what this one has measured of a model, at most every ten seconds. Never rejects. */
  share(model: string): Promise<void>;
};

/** `modelHealth/{model}`. */
export function healthPath(model: string): DocumentPath {
  return `modelHealth/${model}`;
}

type Page = {
  health?: ModelHealth;
  /** Measured here since it was last written. */
  unshared: HealthSample[];
  readUntil: number;
  sharedAt: number;
};

/** More samples than this tell nothing that the latest do not. */
const keptSamples = 50;

/**
 * How the models are doing, as measured by this process and shared with others by one small document each. What is
 * measured at the same moment elsewhere may overwrite it: the next calls make up for that.
 */
export function createHealthBook({
  documents,
  clock,
  log,
}: Pick<Platform, "documents" | "clock"> & { log: Log }): HealthBook {
  const pages = new Map<string, Page>();

  function pageOf(model: string): Page {
    const page = pages.get(model) ?? {
      unshared: [],
      readUntil: Number.NEGATIVE_INFINITY,
      sharedAt: Number.NEGATIVE_INFINITY,
    };
    pages.set(model, page);
    return page;
  }

  /** What others wrote, and what was measured here since. */
  async function readPage(model: string): Promise<void> {
    const page = pageOf(model);
    if (clock.now() < page.readUntil) return;
    page.readUntil = clock.now() + sharedMs;
    const snapshot = await documents.get<ModelHealth>(healthPath(model));
    if (!snapshot) return;
    const refusesPrefill = page.health?.refusesPrefill ?? snapshot.data.refusesPrefill;
    page.health = page.unshared.reduce<ModelHealth>(
      (health, sample) => withSample(health, sample, clock.now()),
      { ...snapshot.data, ...(refusesPrefill && { refusesPrefill }) },
    );
  }

  async function write(model: string): Promise<void> {
    const page = pageOf(model);
    await readPage(model);
    if (!page.health) return;
    page.unshared = [];
    await documents.commit([{ op: "set", path: healthPath(model), data: page.health }]);
  }

  const quietly = (model: string, doing: Promise<void>): Promise<void> =>
    doing.catch((error) => log.warn("a model's health is shared later", { model, ...toErrorField(error) }));

  return {
    note(model, sample) {
      const page = pageOf(model);
      page.health = withSample(page.health, sample, clock.now());
      page.unshared.push(sample);
      if (page.unshared.length > keptSamples) page.unshared.shift();
    },
    noteNoPrefill(model) {
      const page = pageOf(model);
      page.health = { success: 1, at: clock.now(), ...page.health, refusesPrefill: true };
      page.sharedAt = Number.NEGATIVE_INFINITY;
    },
    peek: (model) => pages.get(model)?.health,
    async read(models) {
      await Promise.all(models.map((model) => quietly(model, readPage(model))));
      const known = models.flatMap((model) => {
        const health = pages.get(model)?.health;
        return health ? [[model, health] as const] : [];
      });
      return new Map(known);
    },
    async share(model) {
      const page = pageOf(model);
      if (clock.now() < page.sharedAt + sharedMs) return;
      page.sharedAt = clock.now();
      await quietly(model, write(model));
    },
  };
}
