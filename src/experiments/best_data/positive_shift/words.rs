//! Words of `positive-shift`.

use crate::kit::{Formula, Info, Preset, Source};

/// What the page says of it.
pub(super) const INFO: Info = Info {
    title: "Positive shift",
    question: "A model is tested on a known mixture: when does it help to train on another one?",
    notice: &[
        "Almost always. The matched shares are the best only if one more sample lowers the loss equally in every part, p_k e_k'(p_k N) all equal; at n = p_k N that asks for e' proportional to 1/n, a logarithm. Choose the logarithm: the two sets of points coincide, and the gain is zero to all digits.",
        "The histogram draws random mixtures. The gain is sometimes small, but every mixture gains something. The control uses the same weights with logarithmic curves.",
        "With power laws that are alike the shift goes from common to rare parts, and with different exponents towards the slow ones. Other curves may shift the other way: with an offset or an exponential and few samples the common parts take all. With mixed exponents the best shares move with N: a mixture tuned on a small run is not the best for a large one.",
        "Corners: with an offset (a = 1) or exponential curves a part may deserve no data at all. The first samples of a power law without offset are priceless, so every part gets some.",
        "Transfer between parts does not undo the effect: in the mixing law even two equally weighted parts are best trained unequally as soon as one learns from the other's data.",
    ],
    model: &[
        "The test draws from K parts with weights p. Training shares q give part k n = N q_k samples, and its error is a given curve of n. Nothing is said about how the curve arises; that it is convex makes the optimum unique and certifiable.",
        "Random mixtures: as many parts as above, weights uniform on the simplex, exponents a uniform in 0.2 to 1, heights c (in the mixing law b) log-uniform in 0.1 to 10, everything else as set. All in 64 bits; gains are computed as sums of positive terms, not as differences of losses, and hold down to 1e-17.",
    ],
    formulas: &[
        Formula {
            label: "Loss",
            tex: r"L(p, q) = \sum_k p_k\, e_k(N q_k), \qquad L_{\mathrm{same}} = L(p, p), \qquad L^* = \min_q L(p, q)",
        },
        Formula {
            label: "Condition of the optimum",
            tex: r"-p_k N e_k'(N q_k^*) = \lambda \text{ where } q_k^* > 0, \qquad \le \lambda \text{ where } q_k^* = 0",
        },
        Formula {
            label: "Power laws",
            tex: r"q_k^* = \left(\frac{p_k a_k c_k N^{-a_k}}{\lambda}\right)^{1/(1+a_k)}, \qquad \sum_k q_k^* = 1",
        },
        Formula { label: "Samples ratio", tex: r"L^*(N') = L_{\mathrm{same}}(N)" },
        Formula {
            label: "Direction of the shift at the matched shares",
            tex: r"v_k = -p_k N e_k'(N p_k) + \frac{1}{K} \sum_j p_j N e_j'(N p_j)",
        },
        Formula {
            label: "Mixing law, inner optimum",
            tex: r"q^* = T^{-1}\left(\frac{1 + \mathbf{1}^{\!\top} T^{-1} \tau}{\mathbf{1}^{\!\top} T^{-1} \mathbf{1}} \mathbf{1} - \tau\right), \qquad \tau_l = \ln \frac{[T^{-\top} \mathbf{1}]_l}{p_l b_l}",
        },
        Formula {
            label: "One-way transfer t between two equal parts",
            tex: r"q_1^* = \frac{1 + \ln(1-t) - t}{2-t}, \qquad L_{\mathrm{same}} - L^* = \tfrac{9}{32}\, b\, e^{-1/2}\, t^2 + O(t^3)",
        },
    ],
    sources: &[
        Source {
            text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Sections 3, 6 and 7. In the first version Corollary 6.4 prints the gap 2b e^(-1/2)(1 - a/4), which is not 0 at a = 0; the formula above is. There is a second version.",
            url: "https://arxiv.org/abs/2510.25108",
        },
        Source {
            text: "Ye, Liu, Sun, Zhan, Zhou, Qiu: Data Mixing Laws: Optimizing Data Mixtures by Predicting Language Modeling Performance, 2024 (the mixing law)",
            url: "https://arxiv.org/abs/2403.16952",
        },
    ],
    presets: &[
        Preset { title: "Three parts, power law", query: "" },
        Preset {
            title: "One majority, 99 minorities",
            query: concat!("a=0.28&samples=100000&draws=0&weights=231", ones!()),
        },
        Preset { title: "Mixed exponents", query: "weights=0.5,0.5&a=0.5,1&samples=10000" },
        Preset { title: "Corners", query: "weights=0.7,0.25,0.05&family=offset&b=1,20,200" },
        Preset { title: "The control: logarithms", query: "family=log" },
        Preset { title: "Mixing law, one-way transfer", query: "weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1" },
    ],
};

pub(super) const TEXTS: crate::text::Texts = &[]; // MIGRATION
