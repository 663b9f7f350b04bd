import { createHmac } from "node:crypto";
import { sign as signGithub } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import type { HookScheme } from "../config/hook-config.ts";

export const nowMs = Date.parse("2026-01-01T00:00:00Z");
export const nowSeconds = nowMs / 1_000;

type Signed = { headers: Record<string, string>; body: string };

export const secrets: Record<HookScheme, string> = {
  standard: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  slack: "8f742231b10e8888abcd99yyyzzz85a5",
  shopify: "hush",
  stripe: "whsec_test",
  github: "It's a Secret to Everybody",
};

const hmac = (secret: string, content: string, encoding: "hex" | "base64" = "hex") =>
  createHmac("sha256", secret).update(content).digest(encoding);

/** As each sender signs: by its own library, or where there is none by its documentation. */
export const signers: Record<HookScheme, (body: string, at?: number) => Promise<Signed>> = {
  async standard(body, at = nowSeconds) {
    const signature = new Webhook(secrets.standard).sign("msg_1", new Date(at * 1_000), body);
    return {
      headers: { "webhook-id": "msg_1", "webhook-timestamp": String(at), "webhook-signature": signature },
      body,
    };
  },
  async slack(body, at = nowSeconds) {
    const signature = `v0=${hmac(secrets.slack, `v0:${at}:${body}`)}`;
    return { headers: { "x-slack-signature": signature, "x-slack-request-timestamp": String(at) }, body };
  },
  async shopify(body) {
    const headers = {
      "x-shopify-hmac-sha256": hmac(secrets.shopify, body, "base64"),
      "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
      "x-shopify-topic": "orders/create",
    };
    return { headers, body };
  },
  async stripe(body, timestamp = nowSeconds) {
    const signature = Stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret: secrets.stripe,
      timestamp,
    });
    return { headers: { "stripe-signature": signature }, body };
  },
  async github(body) {
    const headers = {
      "x-hub-signature-256": await signGithub(secrets.github, body),
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "x-github-event": "push",
    };
    return { headers, body };
  },
};

export const schemes = Object.keys(signers) as HookScheme[];
