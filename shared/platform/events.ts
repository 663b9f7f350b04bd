import type { Event } from "../api/events.ts";

export interface Events {
  /**
   * Hands the event to every subscriber, at least once. Resolves when delivery no longer depends on this process
   * (embedded: when each subscriber was called). Events of one subject (`subjectOf`) reach a subscriber in the order they were published.
   */
  publish(event: Event): Promise<void>;
}
