//! What to do with unlimited compute if data are scarce. These experiments compare training recipes by what they make of
//! a fixed amount of data.

crate::part! {
    "Little data, unlimited compute",
    "If data are scarce and compute is not, a better recipe makes more of the data: how many times the data is it worth?",
    texts: &[],
    data_efficiency::DataEfficiency,
}
