import { type CloudTasksOptions, startCloudTasks } from "./start-cloud-tasks.ts";

// Options as JSON in the first argument: `node main.ts '{"seed":7,"lateUpToMs":5000,"queues":["projects/…"]}'`.
const options = JSON.parse(process.argv[2] ?? "{}") as CloudTasksOptions;
const cloudTasks = await startCloudTasks(options);
process.stdout.write(`Cloud Tasks is ready on ${cloudTasks.endpoint}\n`);

process.once("SIGTERM", () => {
  void cloudTasks.close().finally(() => process.exit(0));
});
