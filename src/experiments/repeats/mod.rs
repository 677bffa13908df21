//! How often may data be repeated? What an epoch over data that were seen before is worth.

pub mod reuse;

crate::part! {
    "How often may data be repeated?",
    "When data run out, they are read again: the first epochs are worth almost as much as new data, later ones little.",
    texts: &[],
    multi_epoch::MultiEpoch,
    data_constrained::Study,
}
