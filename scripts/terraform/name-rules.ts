import { apiOfType, databaseLocations, dataLocations, regions } from "./known-names.ts";
import { listAt, type PlannedResource, textAt } from "./plan.ts";
import type { PlanRule } from "./plan-rules.ts";

/** How Google lets things be called, by type; the attribute is the one that holds the name. */
const names: Record<string, [attribute: string, form: RegExp]> = {
  google_artifact_registry_repository: ["repository_id", /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/],
  google_bigquery_dataset: ["dataset_id", /^[A-Za-z0-9_]{1,1024}$/],
  google_bigquery_table: ["table_id", /^[A-Za-z0-9_]{1,1024}$/],
  google_cloud_scheduler_job: ["name", /^[A-Za-z0-9_-]{1,500}$/],
  google_cloud_tasks_queue: ["name", /^[A-Za-z0-9-]{1,100}$/],
  // With the project's number behind it, the name is one part of an address: 63 in all.
  google_cloudfunctions2_function: ["name", /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/],
  google_firestore_database: ["name", /^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/],
  google_iam_workload_identity_pool: ["workload_identity_pool_id", /^(?!gcp-)[a-z0-9-]{4,32}$/],
  google_pubsub_subscription: ["name", /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/],
  google_pubsub_topic: ["name", /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/],
  google_secret_manager_secret: ["secret_id", /^[A-Za-z0-9_-]{1,255}$/],
  google_service_account: ["account_id", /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/],
  google_storage_bucket: ["name", /^(?!goog)[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/],
};

const locations: Record<string, ReadonlySet<string>> = {
  google_bigquery_dataset: dataLocations,
  google_firestore_database: databaseLocations,
  google_storage_bucket: dataLocations,
};

export const nameRules: PlanRule[] = [
  {
    id: "known-location",
    reason: "Resources are where all services are, and a misspelt region is found out only by an apply.",
    find: (resource) =>
      findLocations(resource)
        .filter((location) => !(locations[resource.type] ?? regions).has(location))
        .map((location) => `is in "${location}", which is no location for it`),
  },
  {
    id: "well-formed-name",
    reason: "Each service has its own idea of a name, and refuses others when they are applied.",
    find(resource) {
      const [attribute, form] = names[resource.type] ?? [];
      const name = attribute && textAt(resource, attribute);
      return name === undefined || name === "" || form?.test(name) ? [] : [`cannot be called "${name}"`];
    },
  },
  {
    id: "service-is-on",
    reason: "A resource of a service that is off cannot be made.",
    find(resource, { resources }) {
      if (!resource.type.startsWith("google_")) return [];
      const api = apiOfType.find(([prefix]) => resource.type.startsWith(prefix))?.[1];
      if (!api) return ["is of a type whose API known-names.ts does not name"];
      return resources.some((other) => textAt(other, "service") === `${api}.googleapis.com`)
        ? []
        : [`needs ${api}, which apis.tf does not turn on`];
    },
  },
];

function findLocations(resource: PlannedResource): string[] {
  const regionsOfMessages = listAt(
    resource,
    "message_storage_policy",
    0,
    "allowed_persistence_regions",
  ) as string[];
  const own = ["location", "location_id", "region"].map((attribute) => textAt(resource, attribute));
  return [...own.filter((location) => location !== undefined), ...regionsOfMessages];
}
