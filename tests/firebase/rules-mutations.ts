import type { RulesCaseName } from "./rules-cases.ts";

/** A way to break the rules: `from` becomes `to`. The case `caughtBy` must then no longer hold. */
export type RulesMutation = { name: string; from: string; to: string; caughtBy: RulesCaseName };

const tenantCheck = "return document.tenant == request.auth.token.tenant;";
const seesAll = "request.auth.token.role in ['admin', 'viewer']";
const isUser = "request.auth.token.role == 'user' && request.auth.uid == uid";
const taskRead = "allow read: if canReadTask(resource.data);";
const pageRead = "allow read: if canReadTask(get(/databases/$(database)/documents/tasks/$(taskId)).data);";
const sessionRead =
  "allow read: if isOfTenant(resource.data) && (seesAll() || isUser(resource.data.createdBy));";
const usageRead = "allow read: if isOfTenant(resource.data) && (seesAll() || isUser(resource.data.user));";
const signedIn = "if request.auth != null;";
const taskMatch = "match /tasks/{taskId} {";

export const rulesMutations: RulesMutation[] = [
  { name: "tenants are not compared", from: tenantCheck, to: "return true;", caughtBy: "tenantOfTask" },
  {
    name: "a token without a tenant passes",
    from: tenantCheck,
    to: "return document.tenant == request.auth.token.get('tenant', document.tenant);",
    caughtBy: "tenantClaim",
  },
  {
    name: "anybody passes the tenant's wall who is signed out",
    from: taskRead,
    to: "allow read: if request.auth == null || canReadTask(resource.data);",
    caughtBy: "signedOut",
  },
  { name: "a user sees all", from: seesAll, to: `${seesAll.slice(0, -1)}, 'user']`, caughtBy: "ownTask" },
  {
    name: "a viewer is no longer one",
    from: seesAll,
    to: "request.auth.token.role in ['admin']",
    caughtBy: "viewer",
  },
  {
    name: "an administrator is no longer one",
    from: seesAll,
    to: "request.auth.token.role in ['viewer']",
    caughtBy: "admin",
  },
  {
    name: "a token without a role sees all",
    from: seesAll,
    to: "request.auth.token.get('role', 'viewer') in ['admin', 'viewer']",
    caughtBy: "roleClaim",
  },
  {
    name: "owners are not compared",
    from: isUser,
    to: "request.auth.token.role == 'user'",
    caughtBy: "ownList",
  },
  {
    name: "the role of an owner is not looked at",
    from: isUser,
    to: "request.auth.uid == uid",
    caughtBy: "knownRole",
  },
  { name: "deleted tasks are shown", from: "task.deleted == false && ", to: "", caughtBy: "deletedTask" },
  {
    name: "deleted tasks are shown to administrators",
    from: "task.deleted == false && ",
    to: "(task.deleted == false || seesAll()) && ",
    caughtBy: "deletedTaskOfAdmin",
  },
  {
    name: "what may be read may be written",
    from: taskRead,
    to: taskRead.replace("read", "read, write"),
    caughtBy: "updateTask",
  },
  {
    name: "what may be read may be deleted",
    from: taskRead,
    to: taskRead.replace("read", "read, delete"),
    caughtBy: "removeTask",
  },
  {
    name: "a user creates tasks of their own",
    from: taskRead,
    to: `${taskRead} allow create: if canReadTask(request.resource.data);`,
    caughtBy: "createTask",
  },
  {
    name: "an update is judged by what it writes",
    from: taskRead,
    to: `${taskRead} allow update: if canReadTask(request.resource.data);`,
    caughtBy: "takeOver",
  },
  {
    name: "a list is not proven",
    from: taskRead,
    to: `${taskRead} allow list: ${signedIn}`,
    caughtBy: "adminList",
  },
  {
    name: "an absent task is told from a hidden one",
    from: taskRead,
    to: taskRead.replace("if ", "if resource == null || "),
    caughtBy: "absentTask",
  },
  {
    name: "output is open to who is signed in",
    from: pageRead,
    to: `allow read: ${signedIn}`,
    caughtBy: "ownPages",
  },
  {
    name: "output is judged without its task",
    from: pageRead,
    to: "allow read: if isOfTenant(resource.data) && (seesAll() || isUser(resource.data.createdBy));",
    caughtBy: "pagesOfGone",
  },
  {
    name: "output may be written by its reader",
    from: pageRead,
    to: pageRead.replace("read", "read, write"),
    caughtBy: "writePage",
  },
  {
    name: "late results are shown with output",
    from: "match /output/{page} {",
    to: "match /{kind}/{page} {",
    caughtBy: "late",
  },
  {
    name: "output leaks as a group of collections",
    from: taskMatch,
    to: `match /{path=**}/output/{page} { allow read: if isOfTenant(resource.data) && isUser(resource.data.createdBy); } ${taskMatch}`,
    caughtBy: "pageGroup",
  },
  {
    name: "tasks leak as a group of collections",
    from: taskMatch,
    to: "match /{path=**}/tasks/{taskId} {",
    caughtBy: "taskGroup",
  },
  {
    name: "everything of the tenant is open to it",
    from: taskMatch,
    to: `match /{document=**} { allow read: if isOfTenant(resource.data); } ${taskMatch}`,
    caughtBy: "keys",
  },
  {
    name: "every collection is judged as tasks are",
    from: taskMatch,
    to: "match /{collection}/{taskId} {",
    caughtBy: "queues",
  },
  {
    name: "whoever is signed in starts collections",
    from: taskMatch,
    to: `match /{document=**} { allow create: ${signedIn} } ${taskMatch}`,
    caughtBy: "createUnnamed",
  },
  {
    name: "sessions are open to who is signed in",
    from: sessionRead,
    to: `allow read: ${signedIn}`,
    caughtBy: "tenantOfSession",
  },
  {
    name: "sessions are open to the tenant",
    from: sessionRead,
    to: "allow read: if isOfTenant(resource.data);",
    caughtBy: "ownSession",
  },
  {
    name: "sessions may be written by who is signed in",
    from: sessionRead,
    to: `${sessionRead} allow create: ${signedIn}`,
    caughtBy: "writeSession",
  },
  {
    name: "usage is open to the tenant",
    from: usageRead,
    to: "allow read: if isOfTenant(resource.data);",
    caughtBy: "tenantUsage",
  },
  {
    name: "usage is open to who is signed in",
    from: usageRead,
    to: `allow read: ${signedIn}`,
    caughtBy: "tenantOfUsage",
  },
  {
    name: "usage may be changed by its user",
    from: usageRead,
    to: usageRead.replace("read", "read, update"),
    caughtBy: "writeUsage",
  },
];
