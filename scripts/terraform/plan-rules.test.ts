import { describe, expect, it } from "vitest";
import type { FunctionManifest } from "../../shared/config/function-manifest.ts";
import type { PlannedResource } from "./plan.ts";
import { findPlanProblems, planRules } from "./plan-rules.ts";

type Values = Record<string, unknown>;

const resource = (type: string, values: Values): PlannedResource => ({ address: `${type}.x`, type, values });
const account = (name: string) => `serviceAccount:conea-${name}@demo.iam.gserviceaccount.com`;

const environment = {
  CONEA_PLATFORM: "google",
  CONEA_PROJECT: "demo-project",
  CONEA_REGION: "europe-west1",
  CONEA_WORKER_URL: "https://worker-123456789012.europe-west1.run.app",
  CONEA_WAKES_SERVICE_ACCOUNT: "conea-wakes@demo.iam.gserviceaccount.com",
  CONEA_BUCKET: "demo-conea-blobs",
};
const serviceConfig = {
  available_cpu: "1",
  available_memory: "1Gi",
  environment_variables: environment,
  max_instance_count: 100,
  max_instance_request_concurrency: 20,
  timeout_seconds: 1800,
};
const worker = (config: Values = {}, rest: Values = {}) =>
  resource("google_cloudfunctions2_function", {
    name: "worker",
    location: "europe-west1",
    build_config: [{ runtime: "nodejs24" }],
    service_config: [{ ...serviceConfig, ...config }],
    ...rest,
  });
const queue = (values: Values) => resource("google_cloud_tasks_queue", { name: "conea-openai", ...values });
const onProject = (values: Values) =>
  resource("google_project_iam_member", {
    role: "roles/datastore.user",
    member: account("worker"),
    condition: [{ title: "this database only" }],
    ...values,
  });
const caller = (values: Values) =>
  resource("google_cloud_run_v2_service_iam_member", {
    name: "worker",
    location: "europe-west1",
    role: "roles/run.invoker",
    member: account("wakes"),
    ...values,
  });
const services = [
  "bigquery",
  "cloudfunctions",
  "cloudresourcemanager",
  "cloudscheduler",
  "cloudtasks",
].concat(["firestore", "iam", "pubsub", "run", "serviceusage", "storage"]);
const apis = services.map((name) =>
  resource("google_project_service", { service: `${name}.googleapis.com` }),
);
const sound = [...apis, worker(), onProject({}), caller({})];

const manifests = new Map<string, FunctionManifest>([
  [
    "worker",
    {
      description: "Stands for the worker.",
      trigger: { type: "http", public: false },
      memory: "1Gi",
      timeoutSeconds: 1800,
      concurrency: 20,
      roles: [{ role: "roles/datastore.user", reason: "claims and settles" }],
      secrets: [],
    },
  ],
]);
const find = (...resources: PlannedResource[]) => findPlanProblems({ resources, manifests });
const database = (values: Values) => resource("google_firestore_database", { name: "(default)", ...values });

/** For each rule, what breaks it. */
const violations: [rule: string, resource: PlannedResource, says: RegExp][] = [
  ["known-location", database({ location_id: "europe-west99" }), /is in "europe-west99"/],
  ["known-location", database({ location_id: "EU" }), /is in "EU"/],
  ["known-location", resource("google_storage_bucket", { name: "a-b", location: "eur3" }), /is in "eur3"/],
  [
    "known-location",
    resource("google_pubsub_topic", {
      name: "topic",
      message_storage_policy: [{ allowed_persistence_regions: ["mars-east1"] }],
    }),
    /is in "mars-east1"/,
  ],
  ["well-formed-name", queue({ name: "conea_openai" }), /cannot be called "conea_openai"/],
  ["well-formed-name", resource("google_service_account", { account_id: "conea" }), /called "conea"/],
  ["well-formed-name", resource("google_pubsub_topic", { name: "google-events" }), /cannot be called/],
  ["service-is-on", resource("google_secret_manager_secret", { secret_id: "KEY" }), /needs secretmanager/],
  ["service-is-on", resource("google_spanner_instance", {}), /whose API known-names\.ts does not name/],
  ["known-runtime", worker({}, { build_config: [{ runtime: "nodejs20" }] }), /runs on "nodejs20"/],
  ["memory-and-cpu", worker({ available_memory: "1G" }), /has "1G" of memory/],
  ["memory-and-cpu", worker({ available_cpu: "0.5833", available_memory: "2Gi" }), /which wants 1/],
  ["memory-and-cpu", worker({ available_cpu: "0.5833" }), /serves 20 requests at once with 0\.5833 CPU/],
  ["within-bounds", worker({ timeout_seconds: 3601 }), /3601 for service_config\.timeout_seconds/],
  ["within-bounds", queue({ rate_limits: [{ max_dispatches_per_second: 501 }] }), /501 for rate_limits/],
  ["within-bounds", queue({ retry_config: [{ max_backoff: "1 h" }] }), /NaN for retry_config/],
  [
    "within-bounds",
    resource("google_pubsub_subscription", { name: "listener", ack_deadline_seconds: 601 }),
    /has 601 for ack_deadline_seconds, outside 10 to 600/,
  ],
  [
    "cron-expression",
    resource("google_cloud_scheduler_job", { name: "sweep", schedule: "61 * * * *" }),
    /has the schedule "61 \* \* \* \*"/,
  ],
  [
    "settings",
    worker({ environment_variables: { ...environment, CONEA_BUCKET: "" } }),
    /does not start: The setting CONEA_BUCKET must be set/,
  ],
  ["single-bindings", resource("google_project_iam_policy", {}), /is a google_project_iam_policy/],
  ["known-role", onProject({ role: "roles/datastore.users" }), /binds "roles\/datastore\.users"/],
  ["known-role", onProject({ role: "roles/editor", member: account("build") }), /binds "roles\/editor"/],
  ["known-role", onProject({ role: "roles/pubsub.publisher" }), /in a google_project_iam_member/],
  ["condition-on-the-project", onProject({ condition: [] }), /has no condition/],
  ["own-roles", caller({ member: account("worker") }), /gives worker roles\/run\.invoker/],
  ["known-member", caller({ member: "allAuthenticatedUsers" }), /is for "allAuthenticatedUsers"/],
  ["known-member", caller({ member: "user:ann@example.com" }), /is for "user:ann@example\.com"/],
  ["public-by-manifest", caller({ member: "allUsers" }), /is open to everybody/],
  [
    "public-by-manifest",
    resource("google_storage_bucket_iam_member", { role: "roles/storage.objectViewer", member: "allUsers" }),
    /is open to everybody/,
  ],
  ["own-roles", onProject({ role: "roles/pubsub.admin" }), /gives worker roles\/pubsub\.admin/],
];

describe("findPlanProblems", () => {
  it("has nothing against a sound plan", () => {
    expect(find(...sound)).toEqual([]);
  });

  it.each(violations)("finds what breaks %s (%#)", (rule, broken, says) => {
    const found = find(...sound, broken).filter((problem) => problem.rule === rule);
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(says);
  });

  it("misses a role that a manifest asks for and nothing binds", () => {
    expect(find(...apis, worker(), caller({}))).toMatchObject([
      { rule: "every-role-bound", message: expect.stringContaining("is not given roles/datastore.user") },
    ]);
  });

  it("has a violation for every rule", () => {
    const shown = new Set([...violations.map(([rule]) => rule), "every-role-bound"]);
    expect(planRules.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  it("gives each rule a sentence for its reason", () => {
    for (const { reason } of planRules) expect(reason).toMatch(/^[A-Z].+\.$/);
  });
});
