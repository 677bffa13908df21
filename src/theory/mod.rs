//! Closed forms: pure functions of f64, each with its formula and its source.
