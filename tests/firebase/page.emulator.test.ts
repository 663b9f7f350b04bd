import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../scripts/build-page.ts";
import { describeOnEmulators, hostOf } from "../emulators/describe-on-emulators.ts";
import { freshProject } from "../emulators/fresh-project.ts";
import { findBrowserTools } from "./find-browser-tools.ts";
import { startFirebaseTools } from "./start-firebase-tools.ts";
import { openTaskWorld, type TaskWorld } from "./task-world.ts";

const flags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const root = join(import.meta.dirname, "../..");
const setUpMs = 120_000;
const seenWithinMs = 10_000;

const tools = await findBrowserTools(process.env);
const missing = "missing" in tools ? ` — ${tools.missing}` : "";

describe.skipIf(missing !== "")(`the listening page in Chromium${missing}`, () => {
  describeOnEmulators(["firestore"], "on the emulators", suite);
});

function suite(): void {
  let world: TaskWorld;
  let browser: Browser;
  let address: string;
  /** What the headers of firebase.json kept the page from. */
  const forbidden: string[] = [];
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const projectId = freshProject();
    const firestore = hostOf("firestore");
    const page = await mkdtemp(join(tmpdir(), "conea-page-"));
    closing.unshift(() => rm(page, { recursive: true }));
    await buildPage({ root, outDir: page });
    const firebase = await startFirebaseTools({ projectId, page, firestore });
    closing.unshift(firebase.close);
    address = firebase.hosting;
    const rules = await readFile(join(root, "firebase/firestore.rules"), "utf8");
    world = await openTaskWorld({ projectId, firestore, rules });
    closing.unshift(world.close);
    const executablePath = "chromium" in tools ? tools.chromium : "";
    browser = await chromium.launch({ executablePath, args: flags, chromiumSandbox: false });
    closing.unshift(() => browser.close());
  }, setUpMs);

  afterAll(async () => {
    for (const close of closing) await close();
  });

  /** A browser of their own, signed in through the Auth emulator. */
  async function signIn(user: string, tenant: string, role: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(seenWithinMs);
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) forbidden.push(message.text());
    });
    await page.goto(address);
    await page.getByLabel("Tenant", { exact: true }).fill(tenant);
    await page.getByLabel("User", { exact: true }).fill(user);
    await page.getByLabel("Role", { exact: true }).selectOption(role);
    await page.locator("#person-form button").click();
    await page.getByText(`Signed in as ${user}, ${role} of ${tenant}.`).waitFor();
    return page;
  }

  async function listen(page: Page, taskId: string): Promise<void> {
    await page.getByLabel("Id", { exact: true }).fill(taskId);
    await page.getByRole("button", { name: "Listen" }).click();
  }

  it("shows its owner a task queued, running, its text as it comes, and succeeded", async () => {
    const task = await world.submit();
    const page = await signIn("ann", "acme", "user");
    await listen(page, task.id);
    await page.getByText("queued").waitFor();
    await world.start(task);
    await page.getByText("running").waitFor();
    await world.say("Hello");
    await page.getByText("Hello", { exact: true }).waitFor();
    expect(await page.getByRole("listitem").allTextContents()).toEqual(["queued", "running"]);
    await world.say(", listener.");
    await page.getByText("Hello, listener.", { exact: true }).waitFor();
    world.finish("Hello, listener.");
    await page.getByText("succeeded").waitFor();
    expect(await page.getByRole("listitem").allTextContents()).toEqual(["queued", "running", "succeeded"]);
    expect(await page.getByRole("alert").textContent()).toBe("");
    expect(forbidden).toEqual([]);
  });

  it("tells a stranger and a colleague no more than that there is nothing for them", async () => {
    const task = await world.submit();
    for (const [user, tenant] of [
      ["eve", "evil"],
      ["bob", "acme"],
      ["ann", "evil"],
    ] as const) {
      const page = await signIn(user, tenant, "user");
      await listen(page, task.id);
      await page.getByRole("alert").getByText("There is no such task, or you may not see it.").waitFor();
      expect(await page.locator("#statuses li").count()).toBe(0);
    }
  });

  it("shows a viewer of the tenant what the owner sees", async () => {
    const task = await world.submit();
    const page = await signIn("vic", "acme", "viewer");
    await listen(page, task.id);
    await page.getByText("queued").waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("");
  });

  it("has a name for every field and button, and moves by keyboard", async () => {
    const page = await signIn("ann", "acme", "user");
    const shown = await page.locator("main").ariaSnapshot();
    const unnamed = shown.split("\n").filter((line) => /- (textbox|combobox|button|form)(?! ")/.test(line));
    expect(unnamed).toEqual([]);
    await page.getByLabel("Id", { exact: true }).focus();
    await page.keyboard.type("task_absent");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("There is no such task").waitFor();
  });
}
