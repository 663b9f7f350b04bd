import { ConeaError } from "../core/conea-error.ts";
import { PreconditionFailed, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Catalogue } from "./catalogue.ts";
import { type CatalogueDocument, cataloguePath } from "./catalogue-document.ts";

export type ChangeDeps = Pick<Platform, "documents"> & { catalogue: Pick<Catalogue, "forget"> };

const mostTries = 10;

/**
 * Applies `change` to the catalogue's document as it is at the moment of writing. It gives the document to keep, or nothing
 * where that is right already, and may be asked several times.
 */
export async function changeCatalogue(
  { documents, catalogue }: ChangeDeps,
  change: (stored: CatalogueDocument) => CatalogueDocument | undefined,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await documents.get<CatalogueDocument>(cataloguePath);
    const data = change(snapshot?.data ?? { models: {} });
    if (!data) return;
    const write: Write = snapshot
      ? { op: "set", path: cataloguePath, data, precondition: { updateTime: snapshot.updateTime } }
      : { op: "create", path: cataloguePath, data };
    try {
      await documents.commit([write]);
      catalogue.forget();
      return;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
  throw new ConeaError("unavailable", "The catalogue is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}
