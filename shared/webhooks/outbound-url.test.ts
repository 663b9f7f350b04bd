import { describe, expect, it } from "vitest";
import { ConeaError } from "../core/conea-error.ts";
import { checkOwnHeaders, withoutReserved } from "./outbound-headers.ts";
import { parseOutboundUrl } from "./outbound-url.ts";

const refused: [url: string, says: string][] = [
  ["", "not a URL"],
  ["example.com/hooks", "not a URL"],
  ["https://", "not a URL"],
  ["https://exa mple.com", "not a URL"],
  [`https://example.com/${"x".repeat(2_048)}`, "longer"],
  ["http://example.com/", "https://"],
  ["ftp://example.com/", "https://"],
  ["file:///etc/passwd", "https://"],
  ["data:text/plain,x", "https://"],
  ["https://user@example.com/", "no user"],
  ["https://user:pass@example.com/", "no user"],
  ["https://:pass@example.com/", "no user"],
  ["https://example.com@127.0.0.1/", "no user"],
  ["https://example.com/#top", "fragment"],
  ["https://example.com/#", "fragment"],
  ["https://localhost/", "private network"],
  ["https://LOCALHOST/", "private network"],
  ["https://localhost./", "private network"],
  ["https://a.localhost/", "private network"],
  ["https://metadata.google.internal/", "private network"],
  ["https://metadata.google.internal./", "private network"],
  ["https://db.c.project.internal/", "private network"],
  ["https://printer.local/", "private network"],
  ["https://router.home.arpa/", "private network"],
  ["https://intranet/", "private network"],
  ["https://ｌocalhost/", "private network"],
  ["https://example.com../", "name of a host"],
  ["https://a..example.com/", "name of a host"],
  ["https://example.com:22/", "port"],
  ["https://example.com:25/", "port"],
  ["https://example.com:80/", "port"],
  ["https://example.com:0/", "port"],
  ["https://example.com:6667/", "port"],
  ["https://example.com:65536/", "not a URL"],
];

const accepted = [
  "https://example.com",
  "https://example.com/hooks?a=b&c=%20d",
  "https://example.com:443/",
  "https://example.com:8443/",
  "https://example.com./",
  "https://bücher.example/",
  "https://93.184.216.34/",
  "https://[2606:4700::1111]/",
];

it.each(refused)("refuses %s and says why (%s)", (url, says) => {
  const parse = () => parseOutboundUrl(url);
  expect(parse).toThrow(ConeaError);
  expect(parse).toThrow(says);
});

it("names the field that is wrong", () => {
  expect(() => parseOutboundUrl("http://example.com/")).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      message: "The URL must start with https://.",
      fields: [{ field: "url", message: "must start with https://" }],
    }),
  );
});

it.each(accepted)("takes %s", (url) => {
  expect(parseOutboundUrl(url).isLocal).toBe(false);
});

it.each([
  ["https://0x7f.1/", "127.0.0.1"],
  ["https://0177.0.0.01/", "127.0.0.1"],
  ["https://2130706433/", "127.0.0.1"],
  ["https://127.1/", "127.0.0.1"],
  ["https://127.0.0.1./", "127.0.0.1"],
  ["https://0xa9fea9fe/", "169.254.169.254"],
  ["https://①②⑦.0.0.1/", "127.0.0.1"],
  ["https://[::ffff:127.0.0.1]/", "::ffff:7f00:1"],
  ["https://[0:0::1]/", "::1"],
])("sees the address in %s", (url, host) => {
  expect(parseOutboundUrl(url)).toMatchObject({ host, isLocal: false });
});

describe("on this machine, where that is allowed", () => {
  const parse = (url: string) => parseOutboundUrl(url, { allowLoopbackHttp: true });

  it.each([
    "http://localhost:3000/",
    "http://127.0.0.1:8080/",
    "http://[::1]:80/",
    "https://localhost:8443/",
  ])("takes %s", (url) => {
    expect(parse(url).isLocal).toBe(true);
  });

  it.each([
    "http://example.com/",
    "http://10.0.0.1/",
    "http://192.168.1.1:3000/",
    "http://metadata.google.internal/",
  ])("refuses %s all the same", (url) => {
    expect(() => parse(url)).toThrow("must start with https://, or with http:// on this machine");
  });
});

describe("headers of an endpoint's own", () => {
  it("are taken", () => {
    expect(() => checkOwnHeaders({ Authorization: "Bearer a b", "X-Team": "1" })).not.toThrow();
    expect(withoutReserved({ "X-Team": "1", Host: "evil", "Proxy-Authorization": "x" })).toEqual({
      "X-Team": "1",
    });
  });

  it.each([
    ["Host", "evil.example"],
    ["Content-Length", "0"],
    ["Transfer-Encoding", "chunked"],
    ["Webhook-Signature", "v1,x"],
    ["Content-Type", "text/plain"],
    ["X A", "b"],
    ["X-A", "b\r\nHost: evil"],
    ["X-A", "ü"],
    ["X-A", ""],
    ["X-A", "x".repeat(2_001)],
  ])("are refused: %s: %j", (name, value) => {
    expect(() => checkOwnHeaders({ [name]: value })).toThrow(ConeaError);
  });

  it("are refused twice under one name, and in great number", () => {
    expect(() => checkOwnHeaders({ "X-A": "1", "x-a": "2" })).toThrow("name of its own");
    expect(() =>
      checkOwnHeaders(Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`x-${at}`, "1"]))),
    ).toThrow("at most 20");
  });
});
