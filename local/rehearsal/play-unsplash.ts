import type { components } from "unsplash-js";
import { z } from "zod";
import { idFrom } from "../../shared/core/ids.ts";
import type { Play, PlayedAnswer } from "./start-played-server.ts";
import { toColor, toPicture } from "./to-picture.ts";

type Photo = components["schemas"]["Asset.Basic"];

const total = 40;
const time = "2026-01-01T00:00:00Z";

const Search = z.object({
  query: z.string().min(1),
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(30).default(10),
  orientation: z.enum(["landscape", "portrait", "squarish"]).default("landscape"),
});
type Search = z.infer<typeof Search>;

const sizes = { landscape: [4000, 3000], portrait: [3000, 4000], squarish: [3000, 3000] } as const;

/** Unsplash's search and download tracking, and the pictures it finds: coloured squares, always the same for a query. */
export function createUnsplashPlay(): Play {
  return ({ method, url }) => {
    const [, id] = /^\/photos\/([\w-]+)\/download$/.exec(url.pathname) ?? [];
    const [, picture] = /^\/pictures\/([\w-]+)\.png$/.exec(url.pathname) ?? [];
    if (method !== "GET") return refuse(404, "Not found");
    if (picture) return { headers: { "content-type": "image/png" }, body: toPicture(picture) };
    if (id) return count({ body: { url: toPictureUrl(url.origin, id) } });
    return url.pathname === "/search/photos" ? playSearch(url) : refuse(404, "Not found");
  };
}

/** The limit of a demo application; the rehearsal never runs out of it. */
function count(answer: PlayedAnswer): PlayedAnswer {
  return { ...answer, headers: { "x-ratelimit-limit": "50", "x-ratelimit-remaining": "49" } };
}

function refuse(status: number, sentence: string): PlayedAnswer {
  return count({ status, body: { errors: [sentence] } });
}

function playSearch(url: URL): PlayedAnswer {
  const { data: search } = Search.safeParse(Object.fromEntries(url.searchParams));
  if (!search) return refuse(400, "query is missing");
  const first = (search.page - 1) * search.per_page;
  const length = Math.max(0, Math.min(search.per_page, total - first));
  const results = Array.from({ length }, (_, n) => toPhoto(search, first + n, url.origin));
  return count({ body: { total, total_pages: Math.ceil(total / search.per_page), results } });
}

function toPictureUrl(origin: string, id: string): string {
  return `${origin}/pictures/${id}.png?ixid=rehearsal`;
}

function toPhoto({ query, orientation }: Search, n: number, origin: string): Photo {
  const id = idFrom("photo", query, String(n)).slice(6, 17);
  const [width, height] = sizes[orientation];
  const raw = toPictureUrl(origin, id);
  return {
    id,
    created_at: time,
    updated_at: time,
    promoted_at: null,
    width,
    height,
    color: toColor(id),
    blur_hash: null,
    description: `A rehearsed picture of ${query}, number ${n + 1}`,
    urls: {
      raw,
      full: `${raw}&q=85`,
      regular: `${raw}&w=1080`,
      small: `${raw}&w=400`,
      thumb: `${raw}&w=200`,
    },
    links: {
      self: `${origin}/photos/${id}`,
      html: `https://unsplash.com/photos/${id}`,
      download: raw,
      download_location: `${origin}/photos/${id}/download?ixid=rehearsal`,
    },
    user: toUser(origin, raw),
    current_user_collections: [],
  };
}

function toUser(origin: string, picture: string): Photo["user"] {
  return {
    id: "rehearsal01",
    updated_at: time,
    username: "rehearsal",
    name: "Rita Rehearsal",
    first_name: "Rita",
    last_name: "Rehearsal",
    bio: null,
    location: null,
    links: {
      self: `${origin}/users/rehearsal`,
      html: "https://unsplash.com/@rehearsal",
      photos: `${origin}/users/rehearsal/photos`,
    },
    profile_image: { small: picture, medium: picture, large: picture },
    total_collections: 0,
    social: { instagram_username: null, portfolio_url: null, twitter_username: null },
  };
}
