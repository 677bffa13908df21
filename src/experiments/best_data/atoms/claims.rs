//! Numbers that `atoms` recomputes.

use crate::kit::{Claim, Pick};

/// The numbers that it recomputes.
pub(super) const CLAIMS: &[Claim] = &[
    Claim::formula("atoms-matched-exponent", -0.5, "exponent of the loss with matched training, -1 + 1/alpha, at alpha = 2")
        .by("Talk; SIG", "Part 2.2; Corollary 4.3")
        .at("exponent=2&samples=100,300,1000,3000")
        .pick(Pick::Verdict("slope-matched"))
        .within(0.005, "the exact slope over these N is -0.499"),
    Claim::formula("atoms-optimal-exponent", -1.0, "exponent of the loss with optimal training, 1 - alpha, at alpha = 2")
        .by("Talk; SIG", "Part 2.2; Corollary 4.3")
        .at("exponent=2&samples=100,300,1000,3000")
        .pick(Pick::Verdict("slope-optimal"))
        .within(0.02, "the exact slope over these N is -0.981, on its way to the limit"),
    Claim::formula("atoms-support", 36.0, "support of the optimal distribution for 50 atoms, alpha = 1.5, 20 samples, by the printed formula")
        .by("SIG, version 1 (a second exists)", "Theorem 4.2, as printed there")
        .at("atoms=50&samples=20")
        .pick(Pick::Cell("losses", "20", "optimal: atoms"))
        .within(0.0, "a whole number")
        .differs(15.0, "Version 1 prints p^(-1/(K-1)) in the theorem; with 1/(N-1), as in the talk, the support is 15, and no other distribution does better."),
];
