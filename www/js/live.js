// Which of a page's elements hold an opened experiment in the engine. An open experiment takes memory, so a page has few of them.

/** The most elements that hold one. */
export const LIVE = 4;

/**
 * The elements that are live, in the order in which a reader has seen them.
 * @template T
 */
export class Live {
  /** From the one that was seen longest ago. @type {Set<T>} */
  #live = new Set();
  #visible;
  #release;

  /** @param {(one: T) => boolean} visible is it on the screen? @param {(one: T) => boolean} release closes its experiment; false if it is at work */
  constructor(visible, release) {
    this.#visible = visible;
    this.#release = release;
  }

  /** Notes that one is used. If there are too many now, those are released that were seen longest ago, first those off the screen. @param {T} one */
  use(one) {
    this.#live.delete(one);
    this.#live.add(one);
    const rank = (/** @type {T} */ other) => Number(this.#visible(other));
    const others = [...this.#live].filter((other) => other !== one);
    for (const other of others.sort((a, b) => rank(a) - rank(b))) {
      if (this.#live.size <= LIVE) return;
      if (this.#release(other)) this.#live.delete(other);
    }
  }

  /** Notes that one of those that are live has been seen. @param {T} one */
  see(one) {
    if (this.#live.delete(one)) this.#live.add(one);
  }

  /** @param {T} one */
  forget(one) {
    this.#live.delete(one);
  }
}
