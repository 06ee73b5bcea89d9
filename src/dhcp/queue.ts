/** A doubly linked list whose items know their neighbours: taking any of them out costs the same. No I/O. */

export interface Item<T extends Item<T>> {
  queue: Queue<T> | undefined
  previous: T | undefined
  next: T | undefined
  due: number // ms since 1970: what the queue is ordered by
}

/**
 * Items by `due`, earliest first. The place of a pushed item is looked for from the last pushed one, so pushing is O(1)
 * while times come in order: at the end, as they do for leases of one length, or in between, as they do for leases that
 * all ran out while the machine was off, or when the lease time became shorter.
 */
export class Queue<T extends Item<T>> {
  first: T | undefined
  last: T | undefined
  size = 0
  #latest: T | undefined // the last pushed one, or what stood before it

  /** Puts the item in its place, out of the queue it stood in. */
  push(item: T, due: number): void {
    item.queue?.remove(item)
    item.due = due
    this.#insertAfter(this.#lastUntil(due), item)
    this.#latest = item
  }

  remove(item: T): void {
    if (this.#latest === item) this.#latest = item.previous
    if (item.previous === undefined) this.first = item.next
    else item.previous.next = item.next
    if (item.next === undefined) this.last = item.previous
    else item.next.previous = item.previous
    item.queue = item.previous = item.next = undefined
    this.size -= 1
  }

  /** The first item when its time has come. */
  dueAt(now: number): T | undefined {
    return this.first !== undefined && this.first.due <= now ? this.first : undefined
  }

  /** The last item that is due by then. */
  #lastUntil(due: number): T | undefined {
    if (this.last === undefined || this.last.due <= due) return this.last
    let item = this.#latest ?? this.first
    while (item !== undefined && item.due > due) item = item.previous
    for (
      let next = item === undefined ? this.first : item.next;
      next !== undefined && next.due <= due;
      next = next.next
    ) {
      item = next
    }
    return item
  }

  #insertAfter(before: T | undefined, item: T): void {
    item.queue = this
    item.previous = before
    item.next = before === undefined ? this.first : before.next
    if (item.next === undefined) this.last = item
    else item.next.previous = item
    if (before === undefined) this.first = item
    else before.next = item
    this.size += 1
  }
}
