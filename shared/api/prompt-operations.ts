import { AskCompression, CompressionReport } from "./compression.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import type { Operation } from "./operations.ts";
import {
  CreatePrompt,
  ListPrompts,
  Prompt,
  PromptPage,
  PromptSummary,
  PromptVersion,
  PromptVersionPage,
  RenderedPrompt,
  RenderPrompt,
  ReplacePrompt,
  SetPromptLabel,
} from "./prompts.ts";

const promptAnswer = { description: "The prompt.", schema: Prompt };

/** Templates, and what would be saved of what is sent. */
export const promptOperations = {
  listPrompts: {
    method: "GET",
    path: "/v1/prompts",
    summary: "List the tenant's prompts by id",
    access: "read",
    query: ListPrompts,
    answers: { 200: { description: "A page of prompts, without their text.", schema: PromptPage } },
  },
  createPrompt: {
    method: "POST",
    path: "/v1/prompts",
    summary: "Create a prompt with its version 1; the same one once more changes nothing",
    access: "write",
    body: CreatePrompt,
    headers: idempotencyKey,
    answers: { 201: promptAnswer },
  },
  getPrompt: {
    method: "GET",
    path: "/v1/prompts/{promptId}",
    summary: "Get a prompt as its latest version has it",
    access: "read",
    answers: { 200: promptAnswer },
  },
  replacePrompt: {
    method: "PUT",
    path: "/v1/prompts/{promptId}",
    summary: "Make a new version of a prompt; what the latest says already makes none",
    access: "write",
    body: ReplacePrompt,
    answers: { 200: promptAnswer },
  },
  deletePrompt: {
    method: "DELETE",
    path: "/v1/prompts/{promptId}",
    summary: "Take a prompt away; each of its versions can still be read",
    access: "write",
    answers: { 204: { description: "Gone." } },
  },
  listPromptVersions: {
    method: "GET",
    path: "/v1/prompts/{promptId}/versions",
    summary: "List the versions of a prompt, newest first",
    access: "read",
    query: ListPrompts,
    answers: { 200: { description: "A page of versions.", schema: PromptVersionPage } },
  },
  getPromptVersion: {
    method: "GET",
    path: "/v1/prompts/{promptId}/versions/{version}",
    summary: "Get a version of a prompt, also of one that was deleted",
    access: "read",
    answers: { 200: { description: "The version.", schema: PromptVersion } },
  },
  setPromptLabel: {
    method: "PUT",
    path: "/v1/prompts/{promptId}/labels/{label}",
    summary: "Let a label, such as `production`, name a version of a prompt",
    access: "write",
    body: SetPromptLabel,
    answers: { 200: { description: "The prompt, without its text.", schema: PromptSummary } },
  },
  removePromptLabel: {
    method: "DELETE",
    path: "/v1/prompts/{promptId}/labels/{label}",
    summary: "Take a label off a prompt",
    access: "write",
    answers: { 204: { description: "Gone." } },
  },
  renderPrompt: {
    method: "POST",
    path: "/v1/prompts/{promptId}/render",
    summary: "Show the messages of a prompt with values in the places of its variables",
    access: "read",
    body: RenderPrompt,
    answers: { 200: { description: "The messages.", schema: RenderedPrompt } },
  },
  getCompression: {
    method: "GET",
    path: "/v1/usage/compression",
    summary: "Report what trimming, caching and minifying would have saved, by a sample of a period's tasks",
    access: "read",
    query: AskCompression,
    answers: { 200: { description: "The report.", schema: CompressionReport } },
  },
} as const satisfies Record<string, Operation>;
