//! Templates filled with arguments of all kinds. A test compares them with the texts that the page makes.

use super::template::names;
use super::{
    Argument, Template, Text, VERBATIM, amount, count, error, interval, list, loss, multiple, name, number, phrase,
    setting, share, word,
};

/// Numbers that are hard to round or to format, such as ties, powers of ten, and the smallest and largest values of
/// f64.
const NUMBERS: [f64; 27] = [
    0.0,
    -0.0,
    1.0,
    2.0,
    -1.0,
    0.125,
    -0.375,
    2.5,
    12.345_678,
    0.001,
    0.000_999_95,
    1.5e-7,
    13_824.0,
    999.5,
    999_500.0,
    123_456.7,
    9_999_999.6,
    48.26e9,
    1e7,
    -6_220_302_286_064_874.0,
    1e21,
    1e-60,
    5e-324,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

const UNIT: Template<0> = word("nats");

/// One or several arguments of every kind.
fn arguments() -> Vec<Argument> {
    let kinds = [count, number, loss, amount, error, share, multiple, setting];
    let numbers = NUMBERS.iter().flat_map(|x| kinds.map(|kind| kind(*x)));
    let said = |text: &str| Text::filled(VERBATIM.english(), vec![("said", name(text))]);
    let words = [
        loss(2.345_67).unit(UNIT),
        interval([0.125, 12_345.678]).unit(UNIT),
        interval([f64::NEG_INFINITY, 2.0]),
        interval([-0.5, f64::INFINITY]),
        name("a\nb <i>$c$ {d} \u{202e}"),
        phrase(word("a phrase with $x^2$")),
        phrase(said("the words of somebody")),
        list(vec![]),
        list(vec![word("one").into(), said("$two$"), word("three").into()]),
    ];
    numbers.chain(words).collect()
}

/// Every template, filled twice with different arguments. Together, the results use all arguments. A template without
/// arguments is not changed.
pub fn samples(templates: impl Iterator<Item = &'static str>) -> Vec<Text> {
    let all = arguments();
    let mut next = all.iter().cycle().cloned();
    let mut fill = |template: &'static str| {
        let given = names(template).into_iter().map(|name| (name, next.next().unwrap_or_else(|| count(1))));
        Text::filled(template, given.collect())
    };
    let first: Vec<_> = templates.flat_map(|template| [fill(template), fill(template)]).collect();
    // However few templates there are, every argument is tried.
    let rest = (0..all.len()).map(|_| fill(VERBATIM.english())).collect::<Vec<_>>();
    first.into_iter().chain(rest).collect()
}
