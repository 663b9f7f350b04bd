/** Regions that have all of Cloud Run functions, Cloud Tasks, Cloud Scheduler and Firestore. Add one after looking it up. */
export const regions: ReadonlySet<string> = new Set([
  "africa-south1",
  ...["asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3"],
  ...["asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2"],
  ...["australia-southeast1", "australia-southeast2"],
  ...["europe-central2", "europe-north1", "europe-southwest1"],
  ...["europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6"],
  ...["europe-west8", "europe-west9", "europe-west10", "europe-west12"],
  ...["me-central1", "me-central2", "me-west1"],
  ...["northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1"],
  ...["us-central1", "us-east1", "us-east4", "us-east5", "us-south1"],
  ...["us-west1", "us-west2", "us-west3", "us-west4"],
]);

/** Firestore's names for several regions, and those that Cloud Storage and BigQuery share. */
export const databaseLocations: ReadonlySet<string> = new Set([...regions, "eur3", "nam5", "nam7"]);
export const dataLocations: ReadonlySet<string> = new Set([...regions, "EU", "US"]);

export const runtimes: ReadonlySet<string> = new Set(["nodejs22", "nodejs24"]);

/** Memory that a function may have, with the least CPU that the platform takes beside it. */
export const leastCpu: ReadonlyMap<string, number> = new Map([
  ["128Mi", 0.08],
  ["256Mi", 0.08],
  ["512Mi", 0.08],
  ["1Gi", 0.5],
  ["2Gi", 1],
  ["4Gi", 1],
  ["8Gi", 2],
]);

/** The service whose API must be on before a resource of this type can be made, by the start of the type's name. */
export const apiOfType: readonly (readonly [prefix: string, api: string])[] = [
  ["google_artifact_registry_", "artifactregistry"],
  ["google_bigquery_", "bigquery"],
  ["google_billing_", "billingbudgets"],
  ["google_cloud_run_", "run"],
  ["google_cloud_scheduler_", "cloudscheduler"],
  ["google_cloud_tasks_", "cloudtasks"],
  ["google_cloudfunctions2_", "cloudfunctions"],
  ["google_firebaserules_", "firebaserules"],
  ["google_firestore_", "firestore"],
  ["google_iam_workload_identity_pool", "iam"],
  ["google_logging_", "logging"],
  ["google_monitoring_", "monitoring"],
  ["google_project_iam_", "cloudresourcemanager"],
  ["google_project_service", "serviceusage"],
  ["google_pubsub_", "pubsub"],
  ["google_secret_manager_", "secretmanager"],
  ["google_service_account", "iam"],
  ["google_storage_", "storage"],
];
