#!/usr/bin/env python3
"""What do the looped residual MLP and a small transformer learn in PyTorch, and how fast is a training step on one thread?

The looped network reads one token per loop. It is a transformer's MLP block with tied weights, without attention and biases:

    h = E[x_1];  for i = 2..k: h += relu(rms(h) Wa + E[x_i] Wb) W2;  logits = rms(h) U

The transformer has two layers with causal attention in heads of 16 columns. Its last layer computes the last token only:

    x = E[token] + P;  per layer: x += Attn(rms(x)) O;  x += relu(rms(x) A) B;  logits = rms(x_last) U

A step draws a fresh batch, and takes the gradient of the mean cross-entropy over batch and groups and a step of AdamW,
in f32. In each place, the token with rank r has a probability in proportion to r^-alpha. A seed has its own random
order of ranks for each set of tokens. Tests use uniform tokens. A setting's name with `-uniform` at its end trains on
uniform tokens too. Run it from anywhere:

    tests/bench/looped.py speed                    times a step with drawing, forward and backward pass and AdamW, of
                                                   the kernel natively and in wasm, and of PyTorch
    tests/bench/looped.py reference [SETTING ...]  trains, and prints the steps to 50 and 90 % exact on uniform tokens

It makes an environment with NumPy, SciPy and PyTorch under target/. `speed` compiles the network, which takes C++.
"""

import itertools
import sys
import time

from common import native, np, wasm
import torch
from torch.nn.functional import cross_entropy, embedding, relu, scaled_dot_product_attention

TRIES, STEPS = 60, 10  # short tries in turn, so that some are not interrupted
EVERY, TESTS = 100, 1024  # steps between two tests, and sequences of a test
CAPS = {False: 8000, True: 4000}  # steps of a run that is not solved, by whether it trains on uniform tokens
SEEDS = {False: 10, True: 1}  # runs, likewise


class Permutations:
    """The composition st[g_1[g_2[...]]] of k permutations of n symbols, in lexicographic order."""

    def __init__(self, symbols, hops):
        self.lists = np.array(list(itertools.permutations(range(symbols))))
        self.counts, self.own, self.groups, self.classes = [len(self.lists)] * hops, False, symbols, symbols

    def labels(self, numbers):
        state = np.arange(self.groups)[None].repeat(len(numbers), 0)
        for token in numbers.T:
            state = np.take_along_axis(state, self.lists[token], 1)
        return state


class Numbers:
    """A formula of k numbers modulo n. Each place has tokens of its own, or all share the n numbers."""

    def __init__(self, modulus, terms, own, formula):
        self.counts, self.own, self.groups, self.classes, self.formula = [modulus] * terms, own, 1, modulus, formula

    def labels(self, numbers):
        return self.formula(*numbers.T)[:, None] % self.classes


def add(*x):
    return sum(x)


def arithmetic(a, b, c, d):
    return a * b + c - d


# Task, alpha, and width, hidden width, batch, rate and, if it is not 0.1, decay of the network.
SETTINGS = {
    "s3": (Permutations(3, 4), 1.25, 16, 64, 64, 4e-3),
    "s4": (Permutations(4, 4), 1.25, 32, 128, 64, 2e-3),
    "s4-narrow": (Permutations(4, 4), 1.25, 16, 64, 64, 8e-3, 0.2),
    "s4-two-hops": (Permutations(4, 2), 1.25, 32, 128, 64, 2e-3),
    "s5": (Permutations(5, 4), 1.25, 32, 128, 128, 3e-3),
    "s4-transformer": (Permutations(4, 4), 1.25, 48, 192, 256, 1.5e-3, 0.5),
    "sum-23": (Numbers(23, 4, False, add), 1.0, 32, 128, 64, 2e-3),
    "arithmetic-11": (Numbers(11, 4, True, arithmetic), 1.0, 32, 128, 64, 2e-3),
}


class Net:
    """The looped network, its optimizer and its draws."""

    std, warm_up = 0.05, 1  # of the initial weights; steps in which the learning rate rises

    def __init__(self, seed, task, alpha, width, hidden, batch, rate, decay=0.1):
        self.generator, self.task, self.batch = np.random.Generator(np.random.SFC64(seed)), task, batch
        self.rate, self.step = rate, 0
        law = [np.arange(1, count + 1) ** -alpha for count in task.counts]
        self.cumulated = [np.cumsum(p / p.sum()) for p in law]
        orders = [self.generator.permutation(count) for count in task.counts]
        self.orders = orders if task.own else orders[:1] * len(orders)
        self.offsets = np.cumsum([0, *task.counts[:-1]]) if task.own else np.zeros(len(task.counts), int)
        tokens = self.offsets[-1] + task.counts[-1]
        shapes = [(tokens, width), *self.shapes(width, hidden), (width, task.groups * task.classes)]
        start = (self.std * self.generator.standard_normal(shape, np.float32) for shape in shapes)
        self.w = [torch.nn.Parameter(torch.from_numpy(part)) for part in start]
        self.optimizer = torch.optim.AdamW(self.w, lr=rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay, fused=True)

    def shapes(self, width, hidden):
        return (width, hidden), (width, hidden), (hidden, width)

    def pair(self, numbers):
        """Tokens (k, sequences) and labels (sequences, groups) of the numbers in each place."""
        tokens = np.ascontiguousarray((numbers + self.offsets).T)
        return torch.from_numpy(tokens), torch.from_numpy(self.task.labels(numbers))

    def draw(self, steps):
        """Batches of `steps` steps. Drawing them at once saves calls."""
        u = self.generator.random((len(self.orders), steps * self.batch))
        ranks = [np.minimum(c.searchsorted(u, "right"), len(c) - 1) for c, u in zip(self.cumulated, u)]
        tokens, labels = self.pair(np.stack([order[rank] for order, rank in zip(self.orders, ranks)], 1))
        return zip(tokens.split(self.batch, 1), labels.split(self.batch))

    def logits(self, tokens):
        """Logits (sequences, groups, classes)."""
        e, wa, wb, w2, u = self.w
        table = e @ wb  # one row per token costs less than one per sequence and place
        h = embedding(tokens[0], e)
        for token in tokens[1:]:
            h = torch.addmm(h, relu(torch.addmm(embedding(token, table), rms(h), wa)), w2)
        return (rms(h) @ u).view(len(h), self.task.groups, -1)

    def loss(self, tokens, labels):
        return cross_entropy(self.logits(tokens).flatten(0, 1), labels.flatten())

    def train(self, steps):
        for batch in self.draw(steps):
            self.step += 1
            self.optimizer.param_groups[0]["lr"] = self.rate * min(1, self.step / self.warm_up)
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(*batch).backward()
            self.optimizer.step()

    @torch.no_grad()
    def test(self, tokens, labels):
        """Loss, and share of sequences with every group right."""
        logits = self.logits(tokens)
        loss = cross_entropy(logits.flatten(0, 1), labels.flatten()).item()
        return loss, (logits.argmax(2) == labels).all(1).double().mean().item()


class Transformer(Net):
    """The transformer."""

    std, warm_up = 0.02, 100

    def __init__(self, seed, task, *sizes):
        super().__init__(seed, task, *sizes)
        torch.nn.init.zeros_(self.w[1])

    def shapes(self, width, hidden):
        layer = (width, width), (width, 2 * width), (width, width), (width, hidden), (hidden, width)
        return (len(self.task.counts), width), *layer, *layer

    def logits(self, tokens):
        e, p, *layers, u = self.w
        x = embedding(tokens.T, e) + p
        for last, (q, k, o, a, b) in enumerate((layers[:5], layers[5:])):
            n = rms(x)
            asking = n[:, -1:] if last else n
            parts = asking @ q, *(n @ k).chunk(2, 2)
            heads = (part.unflatten(2, (-1, 16)).transpose(1, 2) for part in parts)
            attended = scaled_dot_product_attention(*heads, is_causal=not last)
            x = x[:, -asking.shape[1] :] + attended.transpose(1, 2).flatten(2) @ o
            x = x + relu(rms(x) @ a) @ b
        return (rms(x[:, -1]) @ u).view(len(x), self.task.groups, -1)


def rms(h):
    return h * torch.rsqrt(h.square().mean(-1, keepdim=True) + 1e-5)


def network(name):
    return Transformer if name.endswith("transformer") else Net


def reference(names):
    """Trains each setting with its power law, or with uniform tokens, and prints the median of the steps to 90 %."""
    print("setting               alpha seed  steps to 50 %  to 90 %   of   loss  exact ms a step")
    for name in names or SETTINGS:
        key = name.removesuffix("-uniform")
        uniform = name != key
        task, alpha, *sizes = SETTINGS[key]
        alpha, steps_to = 0.0 if uniform else alpha, []
        for seed in range(SEEDS[uniform]):
            net, reached, steps, clock = network(key)(seed, task, alpha, *sizes), {}, 0, 0.0
            generator = np.random.Generator(np.random.SFC64(1000 + seed))
            pair = net.pair(generator.integers(0, task.counts, (TESTS, len(task.counts))))
            while steps < CAPS[uniform] and 0.9 not in reached:
                clock -= time.process_time()
                net.train(EVERY)
                clock += time.process_time()
                steps += EVERY
                loss, exact = net.test(*pair)
                reached |= {goal: steps for goal in (0.5, 0.9) if exact >= goal and goal not in reached}
            half, most = (reached.get(goal, "-") for goal in (0.5, 0.9))
            steps_to.append(reached.get(0.9, np.inf))
            print(f"{name:21} {alpha:5} {seed:4} {half:>14} {most:>8} {steps:>4}", end=" ")
            print(f"{loss:6.4f} {exact:6.3f} {1e3 * clock / steps:9.2f}", flush=True)
        if not uniform:
            print(f"{name:21} median {np.median(steps_to):>27.0f}", flush=True)


def speed():
    kernels, out = native("looped")
    pages = [wasm("steps", [kernel["task"]], out, kernel["kernel"], "task,orders")[0] for kernel in kernels]
    print(f"PyTorch {torch.__version__}; ms a step on one thread, best of {TRIES}")
    print("task           width batch | kernel   wasm  eager compiled | eager, compiled over native | over wasm   | native over wasm")
    for kernel, page in zip(kernels, pages):
        own, page = kernel["seconds"], page / kernel["steps"]
        eager, compiled = (network(kernel["task"])(0, *SETTINGS[kernel["task"]]) for _ in range(2))
        compiled.loss = torch.compile(compiled.loss)
        best = {eager: np.inf, compiled: np.inf}
        for net in best:
            net.train(STEPS)
        for _ in range(TRIES):
            for net in best:
                clock = time.perf_counter()
                net.train(STEPS)
                best[net] = min(best[net], (time.perf_counter() - clock) / STEPS)
        ways = best.values()
        line = "{task:14} {width:5.0f} {batch:5.0f} | ".format(**kernel)
        line += " ".join(f"{1e3 * x:6.3f}" for x in (own, page, *ways))
        line += "   | " + " ".join(f"{x / own:13.2f}" for x in ways) + " | " + " ".join(f"{x / page:5.2f}" for x in ways)
        print(line + f" | {own / page:16.2f}", flush=True)


torch.set_num_threads(1)
match sys.argv[1:]:
    case ["speed"]:
        speed()
    case ["reference", *names]:
        reference(names)
    case _:
        sys.exit(__doc__)
