"""Shared by the comparisons with NumPy, numba, SciPy and PyTorch: packages, rng.rs, times of the kernel."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
NEEDS = ["numpy==2.2.6", "numba==0.61.2", "scipy==1.15.3"]
VENV = TARGET / "bench-python"
if Path(sys.argv[0]).name in ("gcd.py", "looped.py"):  # PyTorch takes 5 GB, so that it has an environment of its own
    NEEDS, VENV = [*NEEDS, "torch==2.15.0"], TARGET / "bench-torch"


def environment():
    """Restarts this program in an environment that has the packages."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix) == VENV:
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *NEEDS], check=True)
    os.execv(python, [str(python), *sys.argv])


environment()

# Every program uses one thread.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numba  # noqa: E402
import numpy as np  # noqa: E402
from numba import njit  # noqa: E402

ROUNDS = 5  # rounds in turn; the best of each counts, so that a slow minute of the machine does not matter


@njit
def philox(k0, k1, c0, c1, c2, c3):
    mask = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a = np.uint64(0xD2511F53) * np.uint64(c0)
        b = np.uint64(0xCD9E8D57) * np.uint64(c2)
        c0, c1, c2, c3 = (
            np.uint32((b >> np.uint64(32)) ^ np.uint64(c1) ^ np.uint64(k0)),
            np.uint32(b & mask),
            np.uint32((a >> np.uint64(32)) ^ np.uint64(c3) ^ np.uint64(k1)),
            np.uint32(a & mask),
        )
        k0 = np.uint32((np.uint64(k0) + np.uint64(0x9E3779B9)) & mask)
        k1 = np.uint32((np.uint64(k1) + np.uint64(0xBB67AE85)) & mask)
    return c0, c1, c2, c3


def native(bench):
    """Runs a bench for this machine's processor; returns the lines that it prints, and the folder with the files that it writes."""
    out = TARGET / f"bench-{bench}"
    out.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ, RUSTFLAGS="-C target-cpu=native", CARGO_TARGET_DIR=str(TARGET / "native"), LAB_BENCH_OUT=str(out))
    command = ["cargo", "bench", "--quiet", "--no-default-features", "--bench", bench]
    text = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    head, *lines = [line.split() for line in text.splitlines() if line.strip()]
    return [dict(zip(head, map(number, line))) for line in lines], out


def number(text):
    """The number that a text says, or the text itself if it says none."""
    try:
        return float(text)
    except ValueError:
        return text


def wasm(script, names, out, *arguments):
    """Seconds that a script says each case takes in the page's wasm, or infinity if the page has not been built."""
    if not (TARGET / "page" / "cpu" / "lab.wasm").exists():
        return [np.inf] * len(names)
    command = ["node", str(ROOT / f"tests/bench/{script}.mjs"), str(out), *arguments, *names]
    text = subprocess.run(command, env=dict(os.environ, TARGET=str(TARGET)), check=True, stdout=subprocess.PIPE, text=True).stdout
    return list(map(float, text.split()))


def title(what):
    """The first line of a table."""
    return f"numba {numba.__version__}, NumPy {np.__version__}; M {what} a second on one thread, best of {ROUNDS}"
