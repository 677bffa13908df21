//! The answer of an experiment to its question.

use serde::Serialize;

use crate::text::Text;

/// The answer of an experiment to its question: the first sentence that a visitor reads.
///
/// Before anything is measured, the answer says what theory predicts or, without a theory, what will be measured. After
/// a run the answer says what was measured. It is always computed from the parameters and the results.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The answer in one sentence.
    pub text: Text,
    /// The numbers of the answer that a reader may want to copy, such as the best number of parameters and of tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

/// A number of an answer, with its name.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// What the number is.
    pub name: Text,
    /// The number and, if it has one, its interval.
    pub value: Text,
}

impl Answer {
    /// Makes an answer from a sentence.
    pub fn new(text: impl Into<Text>) -> Self {
        Self { text: text.into(), facts: Vec::new() }
    }

    /// Adds a number to the answer.
    pub fn fact(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.facts.push(Fact { name: name.into(), value: value.into() });
        self
    }
}
