import { Alert, AlertPage, AlertRules, ListAlerts } from "./alerts.ts";
import type { Operation } from "./operations.ts";

/** What a rule says of a queue, a provider or a tenant. */
export const alertOperations = {
  listAlerts: {
    method: "GET",
    path: "/v1/alerts",
    summary: "List alerts: what a rule says of a queue, a provider or a tenant",
    access: "admin",
    query: ListAlerts,
    answers: { 200: { description: "A page of alerts.", schema: AlertPage } },
  },
  getAlert: {
    method: "GET",
    path: "/v1/alerts/{alertId}",
    summary: "Get an alert",
    access: "admin",
    answers: { 200: { description: "The alert.", schema: Alert } },
  },
  acknowledgeAlert: {
    method: "POST",
    path: "/v1/alerts/{alertId}/acknowledge",
    summary: "Say that somebody sees to a firing alert: nobody else is woken for it",
    access: "admin",
    answers: { 200: { description: "The alert.", schema: Alert } },
  },
  listAlertRules: {
    method: "GET",
    path: "/v1/alert-rules",
    summary: "List the rules in force: those that are shipped, with what conea.yaml changes of them",
    access: "admin",
    answers: { 200: { description: "The rules.", schema: AlertRules } },
  },
} as const satisfies Record<string, Operation>;
