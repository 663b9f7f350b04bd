import type { Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import { OutcomeUnknown, type Snapshot, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type PromptDocument, promptPath } from "./prompt-document.ts";

const mostTries = 10;

/** What to write beside the prompt itself, and the prompt as it is to be; nothing where it is so already. */
export type PromptChange = { prompt: PromptDocument; beside?: Write[] };

/**
 * Changes a prompt in one commit. `change` sees what is there, deleted or not, and may be asked several times: it must ask for
 * nothing where everything is as it should be, which is also how a commit whose answer was lost is found out.
 */
export async function changePrompt(
  { documents }: Pick<Platform, "documents">,
  { tenant }: Principal,
  name: string,
  change: (found: PromptDocument | undefined) => Promise<PromptChange | undefined> | PromptChange | undefined,
): Promise<PromptDocument | undefined> {
  const path = promptPath(tenant, name);
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await documents.get<PromptDocument>(path);
    const changed = await change(snapshot?.data);
    if (!changed) return snapshot?.data;
    const { prompt, beside = [] } = changed;
    if (await tryToWrite(documents, [toWrite(path, prompt, snapshot), ...beside])) return prompt;
  }
  throw new ConeaError("unavailable", "The prompt is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function toWrite(path: string, data: PromptDocument, snapshot: Snapshot<PromptDocument> | undefined): Write {
  if (!snapshot) return { op: "create", path, data };
  return { op: "set", path, data, precondition: { updateTime: snapshot.updateTime } };
}

/** The next look tells whether a commit whose answer was lost took place. */
async function tryToWrite(documents: Platform["documents"], writes: Write[]): Promise<boolean> {
  try {
    return await tryCommit(documents, ...writes);
  } catch (error) {
    if (error instanceof OutcomeUnknown) return false;
    throw error;
  }
}
