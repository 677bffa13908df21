//! Little data, unlimited compute. These experiments compare training recipes by what they make of a fixed amount of
//! data.

pub mod draws;
mod words;

crate::part! {
    "Little data, unlimited compute",
    "Compute grows faster than the text of the web: what makes the most of a fixed amount of data?",
    texts: words::TEXTS,
    infinite_compute::InfiniteCompute,
    distillation::Distillation,
    data_efficiency::DataEfficiency,
}
