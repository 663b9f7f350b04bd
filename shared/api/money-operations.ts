import { AllowanceLimits, AllowancePage, AllowanceSubject, ListAllowances } from "./allowances.ts";
import type { Operation } from "./operations.ts";
import { Price, PricePage, Reprice, Repriced, SetPrice, WhichPrice } from "./prices.ts";

/** What calls cost, and how much may be used. */
export const moneyOperations = {
  listPrices: {
    method: "GET",
    path: "/v1/prices",
    summary: "List what the models cost, and those of which it is not known",
    access: "read",
    answers: { 200: { description: "All prices.", schema: PricePage } },
  },
  setPrice: {
    method: "PUT",
    path: "/v1/prices/{modelId}",
    summary: "Set what a model costs from a time on, for all tenants; known in all processes after a minute",
    access: "admin",
    body: SetPrice,
    answers: { 200: { description: "The price.", schema: Price } },
  },
  deletePrices: {
    method: "DELETE",
    path: "/v1/prices/{modelId}",
    summary: "Take back prices that were set over HTTP: of a time, of a tier, or all of a model",
    access: "admin",
    query: WhichPrice,
    answers: { 204: { description: "Gone." } },
  },
  reprice: {
    method: "POST",
    path: "/v1/prices/reprice",
    summary:
      "Price the attempts of a past period anew, a page at a time; without `apply` only tell what would change",
    access: "admin",
    body: Reprice,
    answers: { 200: { description: "What the page costs by now.", schema: Repriced } },
  },
  listAllowances: {
    method: "GET",
    path: "/v1/allowances",
    summary: "Show what you may still use: your own allowances, your key's and your tenant's",
    access: "read",
    query: ListAllowances,
    answers: { 200: { description: "All that bound you.", schema: AllowancePage } },
  },
  getAllowance: {
    method: "GET",
    path: "/v1/allowances/{scope}/{scopeId}",
    summary: "Show the allowances of a user, key, tenant or related entity",
    access: "read",
    answers: { 200: { description: "Its limits and how they stand.", schema: AllowanceSubject } },
  },
  setAllowance: {
    method: "PUT",
    path: "/v1/allowances/{scope}/{scopeId}",
    summary: "Set the limits of a user, key or related entity, or lower the tenant's",
    access: "admin",
    body: AllowanceLimits,
    answers: { 200: { description: "Its limits and how they stand.", schema: AllowanceSubject } },
  },
  resetAllowance: {
    method: "DELETE",
    path: "/v1/allowances/{scope}/{scopeId}",
    summary: "Leave the limits of a user, key, tenant or related entity to conea.yaml again",
    access: "admin",
    answers: { 204: { description: "As conea.yaml says." } },
  },
} as const satisfies Record<string, Operation>;
