//! How often may data be repeated? These experiments measure how much an epoch is worth if the model has seen the data
//! before.

pub mod reuse;

crate::part! {
    "How often may data be repeated?",
    "When data run out, they are repeated: the first few epochs are worth almost as much as new data, later epochs little.",
    texts: &[],
    multi_epoch::MultiEpoch,
    data_constrained::Study,
}
