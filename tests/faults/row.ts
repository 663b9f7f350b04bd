import type { Door } from "./doors/door.ts";
import type { World, WorldOptions } from "./world.ts";

/** By what a row's durations are divided where it waits for 20 s and more. */
export const factor = 10;

export type Context = {
  door: Door;
  /** Opens a world for one question or several, and closes it. */
  open(options: WorldOptions, visit: (world: World) => Promise<void>): Promise<void>;
};

/** One fault, and what must happen. */
export type Row = {
  name: string;
  /** What the provider does. */
  provider: string;
  /** What Conea does. */
  conea: string;
  /** Asks, and throws where what the caller got or what the provider saw is not as it must be. */
  check(context: Context): Promise<void>;
};
