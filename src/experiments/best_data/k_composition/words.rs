//! Words of `k-composition`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Composing skills",
    question: "The test composes all skills equally often: why does training on a power law over skills get there first?",
    notice: &[
        "The test is uniform, and yet training on the uniform distribution stays at loss 0.5, which is what predicting 0 costs, long after the power law is done. Look at the skills: the first ones are learned within some thousand samples, and then they pull the tail up.",
        "At the start every product is a product of small numbers, so the gradient is tiny: of order d^(-k/2) under the uniform distribution, of order 1 under a power law, whose head alone makes a signal A that does not shrink with d. The figure of gradients shows it; the landscape is flat around 0 on one side and slopes on the other.",
        "At k = 2 hops the same race comes out the other way (preset). There is no barrier then, so nothing is to be gained from a head, and a power law meets its rarest skills too seldom.",
        "A steeper law escapes faster and waits longer for its tail: time to the target against alpha is a U, whose bottom moves to the right with k. Starting with a power law and turning uniform once the head is learned (preset) beats both.",
        "One learning rate does not suit both: uniform training bears a larger one, and with each at its best (preset) the ratio of the medians is about a sixth of what it is at the rate of the headline, and still above 1.",
        "Runs differ by factors of ten and more under the uniform distribution: how far A starts from 0 is luck. Medians of the same runs are compared, and a median that the budget cut off is shown as a bound.",
    ],
    model: &[
        "There are d skills with a hidden sign each; a task draws k of them, with repetition, and asks for the product of their signs. The learner has one weight per skill and predicts the product of the weights. It is trained by SGD on half the squared error, one sample or one batch at a time, on skills drawn from p_j proportional to j^-alpha, and tested on uniform skills by the exact formula. Nothing here generalises from one skill to another, and a language model has no such single number for a skill.",
        "For odd k a start with A below 0 flows to the barrier A = 0 and may stay there; the headline has even k, where w and -w are equally good and a run is shown from the side that is nearer. A run whose predictions leave all bounds has diverged: it is stopped, counted, and left out of medians of the loss; in the race it never arrives.",
        "The loss is looked at every 256 samples. Weights are 32-bit numbers, and curves of the loss end at 10^-6. The flow without noise is gradient descent with infinitely small steps from the same first starts; SGD at a finite learning rate is not on it, and under the uniform distribution its noise helps.",
    ],
    formulas: &[
        Formula {
            label: "Prediction and truth",
            tex: r"f_w(s) = \prod_{i=1}^{k} w_{s_i}, \qquad y(s) = \prod_{i=1}^{k} w^*_{s_i}, \qquad w^* \in \{-1,1\}^d, \quad s_i \sim p, \quad p_j \propto j^{-\alpha}",
        },
        Formula {
            label: "Loss, exactly",
            tex: r"L_p(w) = \tfrac12 \left( B^k - 2 A^k + 1 \right), \qquad A = \sum_j p_j w_j w^*_j, \qquad B = \sum_j p_j w_j^2",
        },
        Formula {
            label: "Gradient",
            tex: r"\frac{\partial L_p}{\partial w_j} = k\, p_j \left( B^{k-1} w_j - A^{k-1} w^*_j \right)",
        },
        Formula {
            label: "Pull at the start, for weights of size r",
            tex: r"k \lVert p \rVert_2 \lvert A \rvert^{k-1} \sim k\, r^{k-1} \lVert p \rVert_2^{k}, \qquad \lVert p \rVert_2 = d^{-1/2} \text{ (uniform)}, \quad \Theta(1) \text{ } (\alpha > 1)",
        },
        Formula {
            label: "Uniform flow, closed in two numbers",
            tex: r"A' = \frac{k}{d} \left( A^{k-1} - B^{k-1} A \right), \qquad B' = \frac{2k}{d} \left( A^k - B^k \right)",
        },
        Formula {
            label: "Stay at the truth: learning rate below, with batches of M",
            tex: r"\eta < \frac{2}{k/M + (1 - 1/M)\, \lambda_{\max}}, \qquad \lambda_{\max} = \text{largest eigenvalue of } k\,\mathrm{diag}(p) + k(k-1)\, p p^{\top}",
        },
        Formula {
            label: "Sign accuracy when a share c of the signs is right",
            tex: r"\tfrac12 \left( 1 + (2c-1)^k \right)",
        },
    ],
    sources: &[
        Source {
            text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026: Theorem 1, uniform needs of order d^(k/2) samples; Theorem 2, a power law with alpha > 1 and even k at most of order d^(2 alpha).",
            url: "https://arxiv.org/abs/2604.22951",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "Headline: k = 4", query: "" },
        Preset { title: "k = 2: uniform wins", query: "hops=2" },
        Preset { title: "Never escapes: k = 5, d = 128", query: "hops=5&skills=128&init=0.4&samples=1000000" },
        Preset { title: "Warm up, then uniform", query: "lr=0.1&uniform-after=3000&samples=300000" },
        Preset { title: "Which learning rate is best?", query: "lr=0.08&rates=32" },
        Preset { title: "Which alpha is best?", query: "exponents=0,0.5,0.75,1,1.25,1.5,1.75,2,2.5&samples=300000" },
        Preset { title: "More and more skills", query: "lr=0.1&halvings=3&samples=1000000&runs=16" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION
