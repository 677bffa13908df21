//! Laws through runs: scaling laws fitted to runs, published ones and the reader's own.

crate::part! {
    "Laws through runs",
    "A scaling law is a curve through runs: how well do the runs determine it, and what does it say of larger ones?",
    texts: &[],
    chinchilla::Study,
    fit::Study,
}
