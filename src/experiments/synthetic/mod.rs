//! Real and synthetic data. These experiments ask what happens when a part of the training data is written by models.

crate::part! {
    "Real and synthetic data",
    "Models write more and more of the text: what is lost, and how much real data bring it back?",
    texts: &[],
    real_synthetic::RealSynthetic,
    gcd::CommonDivisors,
}
