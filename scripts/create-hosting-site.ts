import { GoogleAuth } from "google-auth-library";
import { type Call, ensureHostingSite } from "./ensure-hosting-site.ts";

const usage = `Makes a Firebase Hosting site where there is none. Usage: npm run create-hosting-site -- PROJECT SITE
Called by terraform/hosting.tf. Uses the application default credentials.`;

async function main([project, site, ...rest]: string[]): Promise<number> {
  if (!project || !site || rest.length > 0) return say(usage, project === "--help" ? 0 : 2);
  const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
  const call: Call = async (method, url) => {
    const headers = await auth.getRequestHeaders(url);
    headers.set("x-goog-user-project", project);
    headers.set("content-type", "application/json");
    const body = method === "POST" ? "{}" : undefined;
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(60_000) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 5_000));
  try {
    return say(await ensureHostingSite({ project, site, call, wait }));
  } catch (error) {
    return say(error instanceof Error ? error.message : String(error), 1);
  }
}

function say(text: string, exitCode = 0): number {
  (exitCode === 0 ? console.log : console.error)(text);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
