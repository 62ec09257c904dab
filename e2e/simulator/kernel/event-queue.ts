export interface QueuedEvent {
  /** Milliseconds of simulated time. */
  at: number;
  /** Events of the same time happen in the order in which they were queued. */
  readonly turn: number;
  readonly run: () => void;
}

/** Events by time: a binary heap. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = [];

  add(event: QueuedEvent): void {
    const heap = this.#heap;
    let place = heap.push(event) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!precedes(event, heap[above])) break;
      this.#put(place, heap[above]);
      place = above;
    }
    heap[place] = event;
  }

  /** Takes the earliest event out; undefined when there is none. */
  take(): QueuedEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const least = left + 1 < heap.length && precedes(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!precedes(heap[least], last)) break;
      this.#put(place, heap[least]);
      place = least;
    }
    heap[place] = last;
    return first;
  }

  /** Puts every event off by as long; their order stays. */
  shift(ms: number): void {
    for (const event of this.#heap) event.at += ms;
  }

  #put(place: number, event: QueuedEvent | undefined): void {
    if (event !== undefined) this.#heap[place] = event;
  }
}

function precedes(a: QueuedEvent | undefined, b: QueuedEvent | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}
