/** One call of Google's REST interfaces. A body is sent empty, and answered with JSON. */
export type Call = (
  method: "GET" | "POST",
  url: string,
) => Promise<{ status: number; body: Record<string, unknown> }>;

const firebase = "https://firebase.googleapis.com/v1beta1";
const hosting = "https://firebasehosting.googleapis.com/v1beta1";
const mostLooks = 60;

type Wanted = { project: string; site: string; call: Call; wait: () => Promise<void> };

/** Adds Firebase to the project and the site to that, where either is missing. Says what it found. Throws when refused. */
export async function ensureHostingSite({ project, site, call, wait }: Wanted): Promise<string> {
  await addFirebase({ project, call, wait });
  const made = await call("POST", `${hosting}/projects/${project}/sites?siteId=${site}`);
  if (isGood(made.status)) return `Made the site ${site}.`;
  // Sites have one namespace for all projects, so "already there" may mean "somebody else's".
  const found = await call("GET", `${hosting}/projects/${project}/sites/${site}`);
  if (isGood(found.status)) return `The site ${site} is there.`;
  throw new Error(`The site ${site} cannot be made: ${toReason(made)}`);
}

async function addFirebase({ project, call, wait }: Omit<Wanted, "site">): Promise<void> {
  const answer = await call("POST", `${firebase}/projects/${project}:addFirebase`);
  if (answer.status === 409) return;
  if (!isGood(answer.status)) throw new Error(`Firebase cannot be added to ${project}: ${toReason(answer)}`);
  let operation = answer.body;
  for (let looks = 0; operation.done !== true; looks++) {
    if (looks === mostLooks) throw new Error(`Firebase is still being added to ${project}: apply again.`);
    await wait();
    operation = (await call("GET", `${firebase}/${operation.name}`)).body;
  }
  if (operation.error)
    throw new Error(`Firebase cannot be added to ${project}: ${toReason({ body: operation })}`);
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

function toReason({ body }: { body: Record<string, unknown> }): string {
  const { message } = (body.error ?? {}) as { message?: string };
  return message ?? "Google gives no reason.";
}
