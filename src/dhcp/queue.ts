/** A doubly linked list whose items know their neighbours: taking any of them out costs the same. No I/O. */

export interface Item<T extends Item<T>> {
  queue: Queue<T> | undefined
  previous: T | undefined
  next: T | undefined
  due: number // ms since 1970: what the queue is ordered by
}

/** Items by `due`, earliest first. Pushing is O(1) while times come in order, as they do for leases of one length. */
export class Queue<T extends Item<T>> {
  first: T | undefined
  last: T | undefined
  size = 0

  /** Puts the item in its place, out of the queue it stood in. */
  push(item: T, due: number): void {
    item.queue?.remove(item)
    item.due = due
    let before = this.last
    while (before !== undefined && before.due > due) before = before.previous
    this.#insertAfter(before, item)
  }

  remove(item: T): void {
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
