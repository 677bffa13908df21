//! Words of `exam-time`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Exam time",
    question: "An exam weighs its subjects 90 to 10: how should the hours of study be shared?",
    notice: &[
        "Among equally difficult subjects, sharing the hours in proportion to the weights is the best only if all count the same. The best shares are flatter: at exponent 1 a 90/10 exam is best prepared 75/25, and the same loss is reached in 20% fewer hours.",
        "The optimum is flat: a share that is wrong by a few points costs little. What costs is to starve the small subject.",
        "Change the number of hours: the power law (one dashed curve) is the limit of the exact curve (the other). With 10 hours they differ, with 1000 they do not.",
        "All simulated students use the same draws for every allocation, so their points move up and down together: comparisons between shares are far sharper than the intervals of single points suggest.",
    ],
    model: &[
        "A subject is a set of facts, some common, some rare: the chance that an hour shows a fact, theta, has the density a theta^(a-1) on [0, 1]. Hours are independent. A fact never seen is answered wrongly and costs c; the exam asks about subject k with weight p. Students study whole hours, none if a share is small enough: shares are rounded, the largest remainders up.",
        "A language model trained on a mixture of sources is the case this stands for: hours are training tokens, subjects are domains, the exam is the test mixture. What the toy leaves out: subjects that help each other, order, forgetting, and a learner whose exponent differs between subjects.",
    ],
    formulas: &[
        Formula {
            label: "Expected loss of an allocation",
            tex: r"L(n) = \sum_k p_k c_k \frac{\Gamma(n_k+1)\,\Gamma(a+1)}{\Gamma(n_k+a+1)} \;\longrightarrow\; \Gamma(a+1) \sum_k p_k c_k n_k^{-a}",
        },
        Formula { label: "Optimal shares", tex: r"q_k^* = \frac{(p_k c_k)^{1/(1+a)}}{\sum_j (p_j c_j)^{1/(1+a)}}" },
        Formula {
            label: "Hours ratio",
            tex: r"\frac{N'}{N} = \left(\frac{L^*}{L_{\mathrm{same}}}\right)^{1/a} = \left(\frac{\bigl(\sum_k (p_k c_k)^{1/(1+a)}\bigr)^{1+a}}{\sum_k c_k p_k^{1-a}}\right)^{1/a}",
        },
    ],
    sources: &[
        Source {
            text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Section 3",
            url: "https://arxiv.org/abs/2510.25108",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "90/10, exponent 1", query: "" },
        Preset { title: "90/10, exponent 1/2", query: "exponent=0.5" },
        Preset { title: "90/10, slow learning (0.28)", query: "exponent=0.28&hours=1000" },
        Preset { title: "Three subjects", query: "weights=0.6,0.3,0.1" },
        Preset {
            title: "Five subjects, the last one hard",
            query: "weights=0.4,0.3,0.15,0.1,0.05&difficulty=1,1,1,1,5",
        },
    ],
};
