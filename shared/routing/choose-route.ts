import type { RouteCandidate, RouteRequest } from "../api/route.ts";
import type { TaskType } from "../api/task-type.ts";
import type { ConeaConfig, ModelConfig, ProviderKind } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import { findModel, type Models } from "./catalogue.ts";
import { findLack, findUnmet } from "./find-shortcoming.ts";
import { type Option, type OrderWorld, orderOptions } from "./order-options.ts";
import { noNeeds, type RequestNeeds } from "./request-needs.ts";
import { unknownModel } from "./unknown-model.ts";

/** What a kind of provider does without a model of the catalogue. */
const withoutModel: Partial<Record<ProviderKind, TaskType[]>> = { unsplash: ["image_search"] };

/** A route is no longer than this. */
export const mostCandidates = 8;

export type RouteWorld = Pick<ConeaConfig, "providers"> & OrderWorld & { models: Models };

export type RouteQuestion = {
  type: TaskType;
  /** An entry of the catalogue, `provider/model`, or `auto`. */
  model?: string | undefined;
  route?: RouteRequest | undefined;
  needs?: RequestNeeds;
};

/**
 * Who may serve a request, in order, each with the reason. A named model comes first, then its fallbacks: the request's,
 * or else those of its entry. With `auto` or a route, all that do the type, or the route's candidates, are ordered by
 * what is preferred; with neither name nor route it is the first model at the provider with the lowest `priority`. None
 * lacks what the route requires, and only a named model may lack what the request needs by itself. Throws
 * `unknown_model`, and `invalid_request` naming what is missing. Pure.
 */
export function chooseRoute(world: RouteWorld, question: RouteQuestion): RouteCandidate[] {
  const { model, route } = question;
  const name = model === "auto" ? undefined : model;
  const named = name === undefined ? [] : [nameOption(world, question.type, name, "named by the request")];
  const rest = route?.candidates
    ? nameAll(world, question, route.candidates, "a candidate of the request")
    : [];
  const isOpen = named.length + rest.length === 0;
  const pool = isOpen ? findServing(world, question.type) : rest;
  const isDefault = isOpen && model === undefined && !route;
  const chosen = isDefault ? [bestByPriority(world, pool)] : [...named, ...inOrder(world, question, pool)];
  const fallbacks = findFallbacks(world, question, chosen[0]);
  const isNamed = (option: Option) => named.includes(option);
  const fit = [...chosen, ...fallbacks].filter(
    (option) => shortcomingOf(option, question, isNamed(option) || isDefault) === undefined,
  );
  if (fit.length === 0) throw noneFits([...chosen, ...fallbacks, ...pool], question);
  return toCandidates(fit, fallbacks);
}

function inOrder(world: RouteWorld, question: RouteQuestion, pool: Option[]): Option[] {
  if (pool.length === 0) return [];
  const { route, needs = noNeeds } = question;
  const fit = pool.filter((option) => shortcomingOf(option, question, false) === undefined);
  return orderOptions(world, route?.prefer ?? "balanced", needs, fit);
}

function nameOption({ providers, models }: RouteWorld, type: TaskType, name: string, reason: string): Option {
  const found = findModel(models, name) ? name : findAtProvider(models, name);
  const entry = found === undefined ? undefined : findModel(models, found);
  if (!entry || found === undefined || !Object.hasOwn(providers, entry.provider))
    throw unknownModel(models, name);
  if (entry.kinds.includes(type)) return { provider: entry.provider, model: found, entry, reason };
  throw new ConeaError("invalid_request", `The model ${name} does ${entry.kinds.join(", ")}, not ${type}.`, {
    fields: [{ field: "model", message: `does not do ${type}` }],
  });
}

function nameAll(world: RouteWorld, { type }: RouteQuestion, names: string[], reason: string): Option[] {
  return names.map((name) => nameOption(world, type, name, reason));
}

/** `provider/model`, by the id or the vendor's name: of several the first. Only what is in the catalogue can be called. */
export function findAtProvider(models: Models, name: string): string | undefined {
  const slash = name.indexOf("/");
  const [provider, model] = [name.slice(0, slash), name.slice(slash + 1)];
  const isIt = ([id, entry]: [string, ModelConfig]) =>
    (entry.provider === provider || entry.account === provider) && (id === model || entry.name === model);
  return slash < 1 ? undefined : Object.entries(models).find(isIt)?.[0];
}

/** All that do a type, in the catalogue's order; then the providers that do it without a model. */
function findServing({ models, providers }: RouteWorld, type: TaskType): Option[] {
  const byModel = Object.entries(models)
    .filter(([, { kinds }]) => kinds.includes(type))
    .map(([model, entry]): Option => ({ provider: entry.provider, model, entry, reason: "" }));
  const byKind = Object.entries(providers)
    .filter(([, { kind, account }]) => account === undefined && withoutModel[kind]?.includes(type))
    .map(([provider]): Option => ({ provider, reason: "" }));
  const serving = [...byModel, ...byKind];
  if (serving.length > 0) return serving;
  throw new ConeaError(
    "invalid_request",
    `No provider is configured that does ${type}; add one to conea.yaml.`,
    {
      fields: [{ field: "type", message: "no configured provider does this" }],
    },
  );
}

function bestByPriority({ providers }: RouteWorld, serving: Option[]): Option {
  const priorityOf = ({ provider }: Option) => providers[provider]?.priority ?? Number.POSITIVE_INFINITY;
  const best = serving.reduce((one, other) => (priorityOf(other) < priorityOf(one) ? other : one));
  return { ...best, reason: "of the provider with the lowest priority" };
}

/** The request's, each of which must exist and do the type; else those of the first entry that do. */
function findFallbacks(world: RouteWorld, question: RouteQuestion, first: Option | undefined): Option[] {
  const { route, type } = question;
  if (route?.fallbacks) return nameAll(world, question, route.fallbacks, "a fallback of the request");
  if (route?.candidates || first?.model === undefined) return [];
  return (first.entry?.fallbacks ?? []).flatMap((name) => {
    const entry = findModel(world.models, name);
    if (!entry?.kinds.includes(type)) return [];
    return [{ provider: entry.provider, model: name, entry, reason: `a fallback of ${first.model}` }];
  });
}

function shortcomingOf(
  { entry }: Option,
  { route, needs = noNeeds }: RouteQuestion,
  isChosenByName: boolean,
): string | undefined {
  const unmet = entry && findUnmet(entry, route?.require ?? {}, needs);
  return unmet ?? (entry && !isChosenByName ? findLack(entry, needs) : undefined);
}

function noneFits(options: Option[], question: RouteQuestion): ConeaError {
  const lacks = new Map(
    options.map((option) => [
      option.model ?? option.provider,
      shortcomingOf(option, question, false) ?? "does not fit",
    ]),
  );
  const told = [...lacks].slice(0, mostCandidates).map(([name, lack]) => `${name} ${lack}`);
  return new ConeaError("invalid_request", `No model fits the request: ${told.join("; ")}.`, {
    fields: [{ field: "route.require", message: told.join("; ") }],
  });
}

/** Each once, at its best place; named fallbacks are never crowded out by those that were found. */
function toCandidates(fit: Option[], fallbacks: Option[]): RouteCandidate[] {
  if (fit.length === 1) return fit.map(toCandidate);
  const isSame = (a: Option, b: Option) => a.provider === b.provider && a.model === b.model;
  const distinct = fit.filter((option, index) => fit.findIndex((one) => isSame(one, option)) === index);
  const last = distinct.filter((option) => fallbacks.includes(option));
  const found = distinct.filter((option) => !fallbacks.includes(option));
  const room = Math.max(1, mostCandidates - last.length);
  return [...found.slice(0, room), ...last].slice(0, mostCandidates).map(toCandidate);
}

function toCandidate({ provider, model, entry, reason }: Option): RouteCandidate {
  return {
    ...(model !== undefined && { model }),
    provider,
    reason,
    ...(entry?.contextTokens !== undefined && { contextTokens: entry.contextTokens }),
    ...(entry?.abilities?.prefill && { prefill: true as const }),
  };
}
