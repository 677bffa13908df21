//! What to do with unlimited compute if data are scarce. These experiments compare training recipes by what they make of
//! a fixed amount of data.

crate::part! {
    "Little data, unlimited compute",
    "Data are scarce and compute is not: what makes the most of the data?",
    texts: &[],
    data_efficiency::DataEfficiency,
}
