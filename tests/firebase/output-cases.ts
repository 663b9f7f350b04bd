import { list, listen, listenToAll, listGroup, read } from "./attempts.ts";
import type { RulesCase } from "./rules-case.ts";

const page = "output/0001-000000";

/** Who reads output, sessions and usage. */
export const outputCases = {
  ownPages: {
    promise: "a user listens to their task's output, and to no colleague's",
    allowed: ["ann", listenToAll("tasks/ann/output")],
    refused: ["ann", listenToAll("tasks/bob/output")],
  },
  ownPage: {
    promise: "a user reads a page of their own, and no colleague's",
    allowed: ["ann", read(`tasks/ann/${page}`)],
    refused: ["bob", read(`tasks/ann/${page}`)],
  },
  tenantOfPages: {
    promise: "an administrator reads all output of their tenant, and of no other",
    allowed: ["root", list("tasks/ann/output")],
    refused: ["eve", list("tasks/ann/output")],
  },
  viewerPages: {
    promise: "a viewer reads all output of their tenant, and of no other",
    allowed: ["vic", list("tasks/bob/output")],
    refused: ["vic", list("tasks/eve/output")],
  },
  signedOutPages: {
    promise: "only who is signed in reads output",
    allowed: ["ann", list("tasks/ann/output")],
    refused: ["signed out", list("tasks/ann/output")],
  },
  deletedPages: {
    promise: "the output of a deleted task is hidden with it",
    allowed: ["ann", list("tasks/ann/output")],
    refused: ["ann", list("tasks/ann-deleted/output")],
  },
  pagesOfGone: {
    promise: "pages whose task is gone are nobody's",
    allowed: ["ann", read(`tasks/ann/${page}`)],
    refused: ["ann", read(`tasks/gone/${page}`)],
  },
  pageGroup: {
    promise: "output is not found as a group of collections, one's own included",
    allowed: ["ann", list("tasks/ann/output", { tenant: "acme", createdBy: "ann" })],
    refused: ["ann", listGroup("output", { tenant: "acme", createdBy: "ann" })],
  },
  ownSession: {
    promise: "a user reads their own session, and no colleague's",
    allowed: ["ann", listen("sessions/ann")],
    refused: ["ann", listen("sessions/bob")],
  },
  sessionList: {
    promise: "a user lists their own sessions by tenant and owner",
    allowed: ["ann", list("sessions", { tenant: "acme", createdBy: "ann" })],
    refused: ["ann", list("sessions", { tenant: "acme" })],
  },
  tenantOfSession: {
    promise: "an administrator reads the sessions of their tenant, and of no other",
    allowed: ["root", list("sessions", { tenant: "acme" })],
    refused: ["eve", list("sessions", { tenant: "acme" })],
  },
  ownUsage: {
    promise: "a user reads their own usage, and no colleague's",
    allowed: ["ann", read("usage/ann")],
    refused: ["ann", read("usage/bob")],
  },
  tenantUsage: {
    promise: "usage of the whole tenant is for those who see all of it",
    allowed: ["vic", read("usage/all")],
    refused: ["ann", read("usage/all")],
  },
  usageList: {
    promise: "a user lists their own usage by tenant and user",
    allowed: ["ann", list("usage", { tenant: "acme", user: "ann" })],
    refused: ["ann", list("usage", { tenant: "acme" })],
  },
  tenantOfUsage: {
    promise: "an administrator reads the usage of their tenant, and of no other",
    allowed: ["root", list("usage", { tenant: "acme" })],
    refused: ["root", list("usage", { tenant: "evil" })],
  },
} satisfies Record<string, RulesCase>;
