//! Words of `atoms`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Memorising atoms",
    question: "The test asks for facts with a long tail of frequencies: should training show them as often as the test does?",
    notice: &[
        "Training on the test distribution gives the slow power law, N^(-1+1/alpha): most samples repeat what is known already. The optimal distribution gives N^(1-alpha), which at alpha = 2 is twice the exponent.",
        "The optimal distribution gives up on the tail: it trains on about N/alpha atoms and leaves the rest. Among those it is almost, but not quite, uniform: the share falls like ln(s/k), from the first rank to the last rank s.",
        "That it is about uniform over the top O(N) atoms holds only up to logarithms. A uniform distribution over a fixed multiple of N atoms misses a fixed share of them, however large N is, so its loss does not fall at all. The best uniform one trains on only N/((alpha-1) ln N) atoms, to see each of them surely, and loses a factor of (ln N)^(alpha-1) to the optimal one: compare the curves.",
        "With more samples than atoms (try 1000 atoms and 10000 samples) the optimal loss falls exponentially, while the matched one stays a power law until the rarest atom has been seen.",
        "An open marker at the foot of the figure says that no run missed any atom: the mean loss is then below the upper end of its bar, with 95% confidence.",
    ],
    model: &[
        "There are K atoms; the test asks for atom k with probability p_k proportional to k^-alpha, and an atom is known once it has been drawn. Training is N independent draws from a distribution q that we choose. Nothing generalises from one atom to another, nothing is forgotten, one exposure is enough: a language model may need hundreds.",
        "The simulation draws from alias tables with the same random numbers for every q and N, and keeps a bitmap of the atoms seen. The loss of a run is the test mass of the atoms not seen.",
    ],
    formulas: &[
        Formula {
            label: "Expected loss of a training distribution",
            tex: r"L(q) = \sum_{k=1}^{K} p_k (1-q_k)^N, \qquad p_k = \frac{k^{-\alpha}}{H_{K,\alpha}}",
        },
        Formula {
            label: "Optimal distribution",
            tex: r"q_k^* = \max\bigl(0,\, 1 - \beta\, p_k^{-1/(N-1)}\bigr), \qquad \beta = \frac{s-1}{\sum_{k \le s} p_k^{-1/(N-1)}}",
        },
        Formula {
            label: "Its support: the largest s with",
            tex: r"s - p_s^{1/(N-1)} \sum_{k \le s} p_k^{-1/(N-1)} < 1, \qquad s \approx \frac{N}{\alpha}",
        },
        Formula {
            label: "Its loss",
            tex: r"L^* = (s-1)\,\beta^{N-1} + \sum_{k > s} p_k \;\approx\; \frac{c\,\alpha^{\alpha}}{\alpha-1} N^{1-\alpha} - \frac{c\,K^{1-\alpha}}{\alpha-1}, \qquad c = \frac{1}{H_{K,\alpha}}",
        },
        Formula {
            label: "Loss of matched training",
            tex: r"L_{\mathrm{same}} \approx \frac{c^{1/\alpha}}{\alpha}\, \Gamma\!\left(1-\tfrac{1}{\alpha},\, N c K^{-\alpha}\right) N^{-1+1/\alpha}",
        },
        Formula {
            label: "Uniform over the top m atoms",
            tex: r"L_m = P_m \left(1-\tfrac{1}{m}\right)^{N} + 1 - P_m, \qquad P_m = \sum_{k \le m} p_k",
        },
    ],
    sources: &[
        Source {
            text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Section 4. Theorem 4.2 of version 1 prints the exponent 1/(K-1) where 1/(N-1) is meant; version 2 was not compared.",
            url: "https://arxiv.org/abs/2510.25108",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "alpha = 1.5", query: "" },
        Preset { title: "alpha = 2: exponents 1/2 and 1", query: "exponent=2" },
        Preset { title: "Heavy tail, alpha = 1.1", query: "exponent=1.1" },
        Preset { title: "More samples than atoms", query: "atoms=1000&samples=30,100,300,1000,3000,10000,30000" },
        Preset { title: "Fifty atoms", query: "atoms=50&samples=5,10,20,50,100,200,500" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION
