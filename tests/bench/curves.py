#!/usr/bin/env python3
"""How fast are the closed forms of "lottery ridge" on one thread, against NumPy's `eigh` and products?

Both compute the features of a member from its inputs, its Gram matrix, one eigendecomposition, and the learned function
at 25 weight decays, in f64. NumPy does all weight decays at once. It must arrive at the lab's numbers within rounding.
Run it from anywhere:

    tests/bench/curves.py

It builds the lab for this machine's processor, and makes an environment with NumPy under target/.
"""

import sys
import time

from common import ROUNDS, native, np, title

TRIES = 100  # short ones, so that some are not interrupted


def functions(inputs, labels, gains, features, decays, flow):
    """The learned functions, `[weight decay][direction]`, and the seconds of `eigh` alone."""
    n, width = len(labels), features.shape[1]
    phi = (inputs * gains) @ features / np.sqrt(width)
    primal = width < n
    matrix = (phi.T @ phi if primal else phi @ phi.T) / n
    target = phi.T @ labels / n if primal else labels
    clock = time.perf_counter()
    s, u = np.linalg.eigh(matrix)
    seconds = time.perf_counter() - clock
    total = np.maximum(s, 0) + decays[:, None]
    v = (-np.expm1(-total * flow) / total * (target @ u)) @ u.T
    theta = v if primal else v @ phi / n
    return theta @ features.T * gains / np.sqrt(width), seconds


def numpy(case, out):
    """Best seconds of NumPy for a case, and of `eigh` alone, after a look at where it arrives."""
    samples, width = int(case["samples"]), int(case["width"])

    def read(name, *shape):
        return np.fromfile(out / f"{samples}-{width}.{name}", np.float64).reshape(*shape)

    decays, wanted = read("decays", -1), read("functions", 25, 256)
    given = read("inputs", samples, 256), read("labels", -1), read("gains", -1), read("features", 256, width), decays, case["time"]
    found, _ = functions(*given)
    if not np.allclose(found, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max()):
        sys.exit(f"{samples} samples, width {width}: NumPy arrives elsewhere, by {np.abs(found - wanted).max()}")
    best = [np.inf, np.inf]
    for _ in range(TRIES):
        clock = time.perf_counter()
        _, decomposing = functions(*given)
        best = [min(best[0], time.perf_counter() - clock), min(best[1], decomposing)]
    return best


def main():
    best = {}
    for _ in range(ROUNDS):
        cases, out = native("curves")
        for case in cases:
            times = [case["seconds"], case["decomposing"], *numpy(case, out)]
            key = int(case["samples"]), int(case["width"])
            best[key] = [min(a, b) for a, b in zip(times, best.get(key, times))]
    print(title("members"))
    print("samples width |  lab: all  eigen | NumPy: all   eigh (microseconds) | NumPy over lab, all   eigen")
    for (samples, width), (whole, eigen, other, eigh) in best.items():
        line = f"{samples:7} {width:5} | {whole * 1e6:9.0f} {eigen * 1e6:6.0f} | {other * 1e6:10.0f} {eigh * 1e6:6.0f}"
        print(line + f"                | {other / whole:19.2f} {eigh / eigen:7.2f}")


main()
