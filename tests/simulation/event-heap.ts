/** Something that happens at a time. `order` decides between events of one time: first planned, first run. */
export type Happening = { at: number; order: number; run: () => void; cancelled: boolean };

/** The earliest first. */
export function createEventHeap() {
  const heap: Happening[] = [];

  function isBefore(left: number, right: number): boolean {
    const a = heap[left];
    const b = heap[right];
    if (!a || !b) return a !== undefined;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  function swap(left: number, right: number): void {
    const [a, b] = [heap[left], heap[right]];
    if (!a || !b) return;
    heap[left] = b;
    heap[right] = a;
  }

  function sink(): void {
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const best = isBefore(left + 1, left) ? left + 1 : left;
      if (best >= heap.length || !isBefore(best, index)) return;
      swap(index, best);
      index = best;
    }
  }

  return {
    push(happening: Happening): void {
      let index = heap.push(happening) - 1;
      for (let parent = (index - 1) >> 1; index > 0 && isBefore(index, parent); parent = (index - 1) >> 1) {
        swap(index, parent);
        index = parent;
      }
    },
    pop(): Happening | undefined {
      const [first] = heap;
      const last = heap.pop();
      if (last && last !== first) {
        heap[0] = last;
        sink();
      }
      return first;
    },
  };
}
