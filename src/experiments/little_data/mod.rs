//! Little data, unlimited compute: what can training do if data, and not compute, are scarce?

crate::part! {
    "Little data, unlimited compute",
    "Compute grows faster than the text of the web: what is the best use of unlimited compute on a fixed data set?",
    texts: &[],
    infinite_compute::InfiniteCompute,
    distillation::Distillation,
}
