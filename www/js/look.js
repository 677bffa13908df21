// A look at the first moment of a run: from what it has reported, how long the whole run takes.

/** Seconds of computing after which a run may be known to be quick. */
const FIRST_S = 0.05;
/** Other runs are computed for these seconds. Their first half does not count, because a browser computes slowly at first. */
const LOOK_S = 0.5;
/** A run that takes longer than these seconds is announced. */
export const LONG_S = 10;

/** Watches a run that reports its seconds of computing and the share of the work that is done. */
export function look() {
  /** The first report of the second half: seconds and share of the work. @type {[number, number] | undefined} */
  let half;
  let mean = 0;
  return {
    /** The seconds that the run takes if all of it is as quick as what was reported so far. */
    mean: () => mean,
    /** The seconds that the run takes; null if the next report is needed too. @param {number} elapsed @param {number} share @returns {number | null} */
    report(elapsed, share) {
      if (!share) return null;
      mean = elapsed / share;
      if (elapsed >= FIRST_S && mean <= LONG_S) return mean;
      if (elapsed >= LOOK_S / 2) half ??= [elapsed, share];
      if (elapsed < LOOK_S || !half) return null;
      const [from, before] = half;
      return share > before ? elapsed + ((1 - share) * (elapsed - from)) / (share - before) : mean;
    },
  };
}
