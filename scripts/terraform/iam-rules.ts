import { conditionalRoles, knownRoles } from "./known-roles.ts";
import { listAt, type PlannedResource, textAt } from "./plan.ts";
import type { Planned, PlanRule } from "./plan-rules.ts";

const members =
  /^(serviceAccount:[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com|principalSet:\/\/\S+|allUsers)$/;

/** To make a wake that is delivered as an account, a function acts as it; no manifest need say so. */
const implied = "roles/iam.serviceAccountUser";

const isBinding = ({ type }: PlannedResource) => /_iam_(member|binding|policy)$/.test(type);

export const iamRules: PlanRule[] = [
  {
    id: "single-bindings",
    reason: "A binding or a policy takes away what others have been given; a member adds.",
    find: ({ type }) => (/_iam_(binding|policy)$/.test(type) ? [`is a ${type}`] : []),
  },
  {
    id: "known-role",
    reason: "A role is one that exists, bound where its service has IAM of its own.",
    find(resource) {
      const role = textAt(resource, "role") ?? "";
      if (!isBinding(resource)) return [];
      const where = knownRoles.get(role);
      if (!where) return [`binds "${role}", which known-roles.ts does not name`];
      return where.test(resource.type) ? [] : [`binds ${role} in a ${resource.type}`];
    },
  },
  {
    id: "condition-on-the-project",
    reason: "On the project this role reaches further than what it is for.",
    find: (resource) =>
      resource.type === "google_project_iam_member" &&
      conditionalRoles.has(textAt(resource, "role") ?? "") &&
      listAt(resource, "condition").length === 0
        ? ["has no condition"]
        : [],
  },
  {
    id: "known-member",
    reason: "Only accounts of ours, and jobs that may become one, are given anything.",
    find(resource) {
      const member = textAt(resource, "member");
      return member === undefined || members.test(member) ? [] : [`is for "${member}"`];
    },
  },
  {
    id: "public-by-manifest",
    reason: "Only a manifest makes a function public, and nothing else is.",
    find: (resource, { manifests }) =>
      textAt(resource, "member") === "allUsers" && !isPublic(resource, manifests)
        ? ["is open to everybody"]
        : [],
  },
  {
    id: "own-roles",
    reason: "A function's account has exactly the roles of its manifest.",
    find(resource, { manifests }) {
      const role = textAt(resource, "role");
      const name = /^serviceAccount:conea-([a-z0-9-]+)@/.exec(textAt(resource, "member") ?? "")?.[1] ?? "";
      const manifest = manifests.get(name);
      if (!manifest || role === implied || isCallOf(resource, name, manifests)) return [];
      return manifest.roles.some((entry) => entry.role === role) ? [] : [`gives ${name} ${role}`];
    },
  },
  {
    id: "every-role-bound",
    reason: "What a manifest asks for is given, or the function fails when it needs it.",
    find(resource, { manifests, resources }) {
      const name = textAt(resource, "name") ?? "";
      const roles = resource.type === "google_cloudfunctions2_function" && manifests.get(name)?.roles;
      return (roles || [])
        .filter(({ role }) => !resources.some((other) => isFor(other, name, role)))
        .map(({ role }) => `is not given ${role}`);
    },
  },
];

function isPublic({ type, values }: PlannedResource, manifests: Planned["manifests"]): boolean {
  const trigger = manifests.get(String(values.name))?.trigger;
  return type === "google_cloud_run_v2_service_iam_member" && trigger?.type === "http" && trigger.public;
}

/** Whether a binding lets the function `name` call one whose manifest names it as its caller. */
function isCallOf(resource: PlannedResource, name: string, manifests: Planned["manifests"]): boolean {
  const trigger = manifests.get(textAt(resource, "name") ?? "")?.trigger;
  const isInvoker = textAt(resource, "role") === "roles/run.invoker";
  return isInvoker && trigger?.type === "http" && trigger.caller === name;
}

function isFor(resource: PlannedResource, name: string, role: string): boolean {
  return (
    textAt(resource, "role") === role &&
    (textAt(resource, "member") ?? "").startsWith(`serviceAccount:conea-${name}@`)
  );
}
