//! Experiments that fit scaling laws to runs: to published runs, and to the user's own runs.

crate::part! {
    "Laws fitted to runs",
    "A scaling law is a curve fitted to runs: how well do the runs determine the curve, and what does the curve predict for larger runs?",
    texts: &[],
    chinchilla::Study,
    fit::Study,
}
