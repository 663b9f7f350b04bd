const project = /^google_project_iam_member$/;
const account = /^google_service_account_iam_member$/;

/** Roles as Google spells them, and the bindings each may stand in: the narrowest that its service has. */
export const knownRoles: ReadonlyMap<string, RegExp> = new Map([
  ["roles/artifactregistry.admin", project],
  ["roles/artifactregistry.writer", /^google_artifact_registry_repository_iam_member$/],
  ["roles/bigquery.admin", project],
  ["roles/bigquery.dataEditor", /^google_bigquery_(table|dataset)_iam_member$/],
  ["roles/cloudfunctions.admin", project],
  ["roles/cloudscheduler.admin", project],
  ["roles/cloudtasks.admin", project],
  ["roles/cloudtasks.enqueuer", /^google_cloud_tasks_queue_iam_member$/],
  ["roles/datastore.owner", project],
  ["roles/datastore.user", project],
  ["roles/firebasehosting.admin", project],
  ["roles/firebaserules.admin", project],
  ["roles/iam.serviceAccountAdmin", project],
  ["roles/iam.serviceAccountTokenCreator", account],
  ["roles/iam.serviceAccountUser", account],
  ["roles/iam.workloadIdentityPoolViewer", project],
  ["roles/iam.workloadIdentityUser", account],
  ["roles/logging.logWriter", project],
  ["roles/monitoring.metricWriter", project],
  ["roles/pubsub.admin", project],
  ["roles/pubsub.publisher", /^google_pubsub_topic_iam_member$/],
  ["roles/pubsub.subscriber", /^google_pubsub_subscription_iam_member$/],
  ["roles/resourcemanager.projectIamAdmin", project],
  ["roles/run.admin", project],
  ["roles/run.invoker", /^google_cloud_run_v2_service_iam_member$/],
  ["roles/secretmanager.admin", project],
  ["roles/secretmanager.secretVersionAdder", /^google_secret_manager_secret_iam_member$/],
  ["roles/secretmanager.secretAccessor", /^google_secret_manager_secret_iam_member$/],
  ["roles/serviceusage.serviceUsageAdmin", project],
  ["roles/storage.admin", project],
  ["roles/storage.objectUser", /^google_storage_bucket_iam_member$/],
  // On the project for the build's staging bucket only, whose name a condition holds.
  ["roles/storage.objectViewer", /^google_(storage_bucket|project)_iam_member$/],
  ["roles/telemetry.tracesWriter", project],
]);

/** On the project, these reach further than what they are for, so their binding needs a condition. */
export const conditionalRoles: ReadonlySet<string> = new Set([
  "roles/datastore.user",
  "roles/resourcemanager.projectIamAdmin",
  "roles/storage.objectViewer",
]);
