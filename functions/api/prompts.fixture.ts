import { openApi, type Sent } from "./api.fixture.ts";

/** Two messages with a variable each, one of which has a default. */
export const greeting = {
  template: [
    { role: "system", content: "You write in {{language}}." },
    { role: "user", content: "Greet {{name}}." },
  ],
  variables: { name: { maxLength: 20 }, language: { default: "English" } },
};
export const shorter = { ...greeting, template: [{ role: "user", content: "Hi {{name}}" }] };

export type Problem = { code: string; detail: string; errors: { field: string; message: string }[] };

/** The API with what the tests of prompts ask of it. */
export async function openPrompts() {
  const test = await openApi();
  const create = (id = "greet", changes: object = {}, sent: Sent = {}) =>
    test.send("/v1/prompts", { method: "POST", body: { id, ...greeting, ...changes }, ...sent });
  const put = (body: object = shorter, id = "greet", sent: Sent = {}) =>
    test.send(`/v1/prompts/${id}`, { method: "PUT", body, ...sent });
  const label = (name: string, version: number, sent: Sent = {}) =>
    test.send(`/v1/prompts/greet/labels/${name}`, { method: "PUT", body: { version }, ...sent });
  const render = (body: object, id = "greet", sent: Sent = {}) =>
    test.send(`/v1/prompts/${id}/render`, { method: "POST", body, ...sent });
  return { ...test, create, put, label, render };
}
