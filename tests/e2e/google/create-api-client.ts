import type { Task, TaskPage } from "../../../shared/api/task.ts";

export type Answer<T> = { status: number; headers: Headers; body: T };

export type ApiClient = {
  /** The same, for another key. */
  as(key: string): ApiClient;
  send(method: string, path: string, request?: Omit<RequestInit, "method">): Promise<Response>;
  call<T = Task>(
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** Every task of the tenant, newest first. */
  tasks(): Promise<Task[]>;
};

/** Calls the API at `url` as a client does, with nothing but HTTP. */
export function createApiClient(url: string, key: string): ApiClient {
  const withinMs = 60_000;

  async function send(
    method: string,
    path: string,
    request: Omit<RequestInit, "method"> = {},
  ): Promise<Response> {
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${key}`);
    return fetch(`${url}${path}`, { signal: AbortSignal.timeout(withinMs), ...request, method, headers });
  }

  const client: ApiClient = {
    as: (other) => createApiClient(url, other),
    send,
    async call<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
      const answer = await send(method, path, {
        headers: { ...headers, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
    },
    async tasks() {
      const found: Task[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const path: string = `/v1/tasks?limit=100${cursor && `&cursor=${cursor}`}`;
        const { body }: Answer<TaskPage> = await client.call<TaskPage>("GET", path);
        found.push(...body.items);
        cursor = body.nextCursor;
      }
      return found;
    },
  };
  return client;
}
