import { createServer, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";

// The least that a gateway on Node can be, as a process of its own: it hands requests on, and answers back as they come.

const vendors = Object.entries(JSON.parse(process.env.VENDORS ?? "{}") as Record<string, string>);
const routes = new Map(
  vendors.map(([name, url]) => {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections: 128 });
    return [`/${name}/v1/chat/completions`, { pool, path: `${pathname}/chat/completions` }];
  }),
);

const server = createServer(async (request, response) => {
  const route = routes.get(request.url ?? "");
  const length = request.headers["content-length"];
  if (!route || length === undefined) return void response.writeHead(404).end();
  try {
    const headers = { "content-type": "application/json", "content-length": length };
    const opaque = response;
    await route.pool.stream({ method: "POST", path: route.path, headers, body: request, opaque }, begin);
  } catch {
    response.destroy();
  }
});
server.listen(Number(process.env.PORT), "127.0.0.1");

/** Answers with what the vendor said of its answer, and takes its body. */
function begin({
  statusCode,
  headers,
  opaque,
}: Dispatcher.StreamFactoryData<ServerResponse>): ServerResponse {
  const { "content-type": type, "content-length": length } = headers;
  if (type) opaque.setHeader("content-type", type);
  if (length) opaque.setHeader("content-length", length);
  return opaque.writeHead(statusCode);
}
