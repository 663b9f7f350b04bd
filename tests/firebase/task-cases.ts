import { count, list, listen, listenToAll, listGroup, listNewest, read } from "./attempts.ts";
import type { RulesCase } from "./rules-case.ts";

const acme = { tenant: "acme", deleted: false };
const annsOwn = { ...acme, createdBy: "ann" };

/** Who reads and lists tasks. */
export const taskCases = {
  ownTask: {
    promise: "a user reads their own task, and no colleague's",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", read("tasks/bob")],
  },
  ownTaskListened: {
    promise: "a user listens to their own task, and to no colleague's",
    allowed: ["ann", listen("tasks/ann")],
    refused: ["bob", listen("tasks/ann")],
  },
  signedOut: {
    promise: "only who is signed in reads",
    allowed: ["ann", read("tasks/ann")],
    refused: ["signed out", read("tasks/ann")],
  },
  tenantOfTask: {
    promise: "the same uid in another tenant is somebody else",
    allowed: ["ann", read("tasks/ann-2")],
    refused: ["ann of evil", read("tasks/ann-2")],
  },
  tenantClaim: {
    promise: "a token without a tenant reads nothing",
    allowed: ["ann", listen("tasks/ann-2")],
    refused: ["ann without a tenant", listen("tasks/ann-2")],
  },
  roleClaim: {
    promise: "a token without a role reads nothing",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann without a role", read("tasks/ann")],
  },
  knownRole: {
    promise: "a role that Conea does not know reads nothing",
    allowed: ["root", read("tasks/ann")],
    refused: ["ann with an unknown role", read("tasks/ann")],
  },
  admin: {
    promise: "an administrator reads all tasks of their tenant, and none of another",
    allowed: ["root", read("tasks/bob")],
    refused: ["root", read("tasks/eve")],
  },
  adminWithoutTenant: {
    promise: "an administrator of no tenant reads nothing",
    allowed: ["root", read("tasks/ann")],
    refused: ["root without a tenant", read("tasks/ann")],
  },
  otherAdmin: {
    promise: "an administrator of another tenant is a stranger",
    allowed: ["eve", read("tasks/eve")],
    refused: ["eve", read("tasks/ann")],
  },
  viewer: {
    promise: "a viewer reads all tasks of their tenant, and none of another",
    allowed: ["vic", read("tasks/ann")],
    refused: ["vic", read("tasks/eve")],
  },
  deletedTask: {
    promise: "a deleted task is hidden from its owner",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", read("tasks/ann-deleted")],
  },
  deletedTaskOfAdmin: {
    promise: "a deleted task is hidden from administrators too",
    allowed: ["root", listen("tasks/ann")],
    refused: ["root", listen("tasks/ann-deleted")],
  },
  absentTask: {
    promise: "a task that does not exist is refused like one of somebody else, so ids cannot be probed",
    allowed: ["ann", read("tasks/ann")],
    refused: ["ann", read("tasks/absent")],
  },
  ownList: {
    promise: "a user lists by tenant, owner and deleted, and may not leave out the owner",
    allowed: ["ann", list("tasks", annsOwn)],
    refused: ["ann", list("tasks", acme)],
  },
  newest: {
    promise: "order and limit change nothing in who may list",
    allowed: ["ann", listNewest("tasks", annsOwn)],
    refused: ["ann", listNewest("tasks", acme)],
  },
  ownListOfStatus: {
    promise: "a query that happens to find only one's own is refused: it must say so",
    allowed: ["ann", list("tasks", { ...annsOwn, status: "succeeded" })],
    refused: ["ann", list("tasks", { ...acme, status: "succeeded" })],
  },
  listOfTenant: {
    promise: "a list that leaves out the tenant is refused",
    allowed: ["ann", listenToAll("tasks", annsOwn)],
    refused: ["ann", listenToAll("tasks", { createdBy: "ann", deleted: false })],
  },
  listOfDeleted: {
    promise: "a list that leaves out the deleted is refused",
    allowed: ["ann", listenToAll("tasks", annsOwn)],
    refused: ["ann", listenToAll("tasks", { tenant: "acme", createdBy: "ann" })],
  },
  listOfColleague: {
    promise: "a user lists no colleague's tasks",
    allowed: ["bob", list("tasks", { ...acme, createdBy: "bob" })],
    refused: ["bob", list("tasks", annsOwn)],
  },
  adminList: {
    promise: "an administrator lists all of their tenant, and of no other",
    allowed: ["root", list("tasks", acme)],
    refused: ["eve", list("tasks", acme)],
  },
  viewerList: {
    promise: "a viewer lists all of their tenant, and not everything",
    allowed: ["vic", list("tasks", acme)],
    refused: ["vic", list("tasks")],
  },
  countOfOwn: {
    promise: "counting tells no more than listing",
    allowed: ["ann", count("tasks", annsOwn)],
    refused: ["ann", count("tasks", acme)],
  },
  taskGroup: {
    promise: "tasks are not found as a group of collections",
    allowed: ["root", list("tasks", acme)],
    refused: ["root", listGroup("tasks", acme)],
  },
} satisfies Record<string, RulesCase>;
