import {
  AnalyticsSummary,
  CostAnswer,
  GetCosts,
  GetProviderUsage,
  GetSummary,
  GetUsage,
  ListReports,
  ProviderUsageAnswer,
  UsageAnswer,
  UsageReport,
  UsageReportPage,
} from "./analytics.ts";
import type { Operation } from "./operations.ts";

const orCsv = "; as CSV where `format=csv` or `Accept: text/csv` asks for it";

/** What was used, by whom and how well: a user's own numbers, for administrators and viewers the tenant's. */
export const usageOperations = {
  getUsage: {
    method: "GET",
    path: "/v1/usage",
    summary: "Usage by period, and by up to two of user, key, provider, model and type",
    access: "read",
    query: GetUsage,
    answers: { 200: { description: `Rows in order of time${orCsv}.`, schema: UsageAnswer } },
  },
  getProviderUsage: {
    method: "GET",
    path: "/v1/usage/providers",
    summary: "How the providers did: requests, success, latencies, rate limits",
    access: "read",
    query: GetProviderUsage,
    answers: { 200: { description: `A row for each${orCsv}.`, schema: ProviderUsageAnswer } },
  },
  getCosts: {
    method: "GET",
    path: "/v1/usage/costs",
    summary: "What was spent, by model, user, key, provider, type or day; what the cache saved",
    access: "read",
    query: GetCosts,
    answers: { 200: { description: `The dearest first, days in order${orCsv}.`, schema: CostAnswer } },
  },
  getSummary: {
    method: "GET",
    path: "/v1/analytics/summary",
    summary: "A range at a glance: processing time, providers, users, models, errors",
    access: "read",
    query: GetSummary,
    answers: { 200: { description: "The summary.", schema: AnalyticsSummary } },
  },
  listReports: {
    method: "GET",
    path: "/v1/usage/reports",
    summary: "List the daily or monthly reports of the tenant",
    access: "read",
    query: ListReports,
    answers: { 200: { description: "A page of reports.", schema: UsageReportPage } },
  },
  getReport: {
    method: "GET",
    path: "/v1/usage/reports/{reportId}",
    summary: "Get a report, with a link to its rows as CSV",
    access: "read",
    answers: { 200: { description: "The report.", schema: UsageReport } },
  },
} as const satisfies Record<string, Operation>;
