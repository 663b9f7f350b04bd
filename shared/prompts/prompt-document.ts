import type { Prompt, PromptContent, PromptSummary, PromptVersion } from "../api/prompts.ts";
import { idFrom } from "../core/ids.ts";
import type { DocumentPath } from "../platform/documents.ts";

/** `prompts/{id}`: what is known of a prompt; its text is in its versions. */
export type PromptDocument = {
  tenant: string;
  /** As its tenant calls it. */
  name: string;
  description?: string;
  /** The latest version. Numbers are never given twice, also where a prompt was deleted in between. */
  version: number;
  labels: Record<string, number>;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
  deleted: boolean;
};

/** `prompts/{id}/versions/{n}`: never changed and never removed, so that a task's `promptRef` always leads to its text. */
export type PromptVersionDocument = PromptContent & {
  tenant: string;
  name: string;
  version: number;
  createdBy: string;
  createdAt: string;
};

export function promptPath(tenant: string, name: string): DocumentPath {
  return `prompts/${idFrom("prompt", tenant, name)}`;
}

export function versionPath(tenant: string, name: string, version: number): DocumentPath {
  return `${promptPath(tenant, name)}/versions/${version}`;
}

/** What callers see. */
export function toPromptSummary({ name, tenant, deleted, ...facts }: PromptDocument): PromptSummary {
  return { id: name, ...facts };
}

export function toPrompt(document: PromptDocument, { template, variables }: PromptContent): Prompt {
  return { ...toPromptSummary(document), template, variables };
}

export function toPromptVersion({ name, tenant, ...version }: PromptVersionDocument): PromptVersion {
  return { id: name, ...version };
}
