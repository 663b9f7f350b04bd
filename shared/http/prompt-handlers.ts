import { z } from "zod";
import { PromptLabel } from "../api/prompts.ts";
import { ConeaError } from "../core/conea-error.ts";
import { removeLabel, setLabel } from "../prompts/label-prompt.ts";
import { toPrompt, toPromptSummary, toPromptVersion } from "../prompts/prompt-document.ts";
import { findPrompt, findVersion, listPrompts, listVersions } from "../prompts/read-prompts.ts";
import { renderPrompt } from "../prompts/render-prompt.ts";
import { type CompressionDeps, reportCompression } from "../prompts/report-compression.ts";
import { createPrompt, deletePrompt, type PromptDeps, replacePrompt } from "../prompts/write-prompts.ts";
import type { Handlers } from "./create-app.ts";
import { parseWith } from "./read-body.ts";
import { readIdempotencyKey } from "./read-headers.ts";

const WithLabel = z.object({ label: PromptLabel });

export type PromptHandlerDeps = PromptDeps & CompressionDeps;

type PromptOperation =
  | "listPrompts"
  | "createPrompt"
  | "getPrompt"
  | "replacePrompt"
  | "deletePrompt"
  | "listPromptVersions"
  | "getPromptVersion"
  | "setPromptLabel"
  | "removePromptLabel"
  | "renderPrompt"
  | "getCompression";

export function createPromptHandlers(deps: PromptHandlerDeps): Pick<Handlers, PromptOperation> {
  return {
    async listPrompts({ principal, query }) {
      const { items, ...rest } = await listPrompts(deps, principal, query);
      return Response.json({ items: items.map(toPromptSummary), ...rest });
    },
    async createPrompt({ request, principal, body }) {
      // A prompt is named by its caller, so that a repeated call makes nothing new anyway.
      readIdempotencyKey(request.headers);
      const prompt = await createPrompt(deps, principal, body);
      return Response.json(prompt, { status: 201, headers: { Location: `/v1/prompts/${prompt.id}` } });
    },
    async getPrompt({ principal, params: { promptId = "" } }) {
      const { data } = await findPrompt(deps, principal, promptId);
      return Response.json(toPrompt(data, await findVersion(deps, principal, promptId, data.version)));
    },
    async replacePrompt({ principal, params: { promptId = "" }, body }) {
      return Response.json(await replacePrompt(deps, principal, promptId, body));
    },
    async deletePrompt({ principal, params: { promptId = "" } }) {
      await deletePrompt(deps, principal, promptId);
      return new Response(null, { status: 204 });
    },
    async listPromptVersions({ principal, params: { promptId = "" }, query }) {
      const { items, ...rest } = await listVersions(deps, principal, promptId, query);
      return Response.json({ items: items.map(toPromptVersion), ...rest });
    },
    async getPromptVersion({ principal, params: { promptId = "", version = "" } }) {
      return Response.json(
        toPromptVersion(await findVersion(deps, principal, promptId, readVersion(version))),
      );
    },
    async setPromptLabel({ principal, params, body: { version } }) {
      const { label } = parseWith(WithLabel, { label: params.label }, "The path");
      const prompt = await setLabel(deps, principal, { id: params.promptId ?? "", label, version });
      return Response.json(toPromptSummary(prompt));
    },
    async removePromptLabel({ principal, params: { promptId = "", label = "" } }) {
      await removeLabel(deps, principal, { id: promptId, label });
      return new Response(null, { status: 204 });
    },
    async renderPrompt({ principal, params: { promptId = "" }, body }) {
      return Response.json(await renderPrompt(deps, principal, promptId, body));
    },
    async getCompression({ principal, query }) {
      return Response.json(await reportCompression(deps, principal, query));
    },
  };
}

function readVersion(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new ConeaError("not_found", "There is no such version of the prompt.");
}
