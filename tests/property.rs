//! Properties that must hold for every value of every parameter.

use std::rc::Rc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::math;
use scaling_lab::output::Role;
use scaling_lab::params::{Kind, Scale, Spec, Texts, Value, query};
use scaling_lab::session::{self, Session};

/// Strategy that makes random texts that a parameter accepts, including the ends of its range.
fn text(spec: &'static Spec) -> BoxedStrategy<String> {
    let whole = spec.kind == Kind::Integer;
    let number = (0.0..=1.0f64, 0..8u8).prop_map(move |(share, corner)| {
        let x = match (corner, spec.scale) {
            (0, _) => spec.min,
            (1, _) => spec.max,
            (_, Scale::Log) => (spec.min * math::pow(spec.max / spec.min, share)).clamp(spec.min, spec.max),
            (_, Scale::Linear) => spec.min + (spec.max - spec.min) * share,
        };
        if whole { x.round().to_string() } else { x.to_string() }
    });
    let list = |len| prop::collection::vec(number.clone(), len).prop_map(|xs| xs.join(","));
    match spec.kind {
        Kind::Number | Kind::Integer => number.boxed(),
        Kind::Choice => (0..spec.choices.len()).prop_map(|i| spec.choices[i].value.to_owned()).boxed(),
        Kind::List => list(1..=spec.max_len).boxed(),
        Kind::Simplex => prop::collection::vec(0.0..=1.0f64, spec.min_len..=spec.max_len.min(9))
            .prop_map(|xs| xs.iter().map(f64::to_string).collect::<Vec<_>>().join(","))
            .boxed(),
        Kind::Matrix | Kind::Text | Kind::Columns => Just(spec.default.to_owned()).boxed(),
    }
}

/// A runner of property tests with a fixed seed, so that a failure repeats on every machine.
fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, rng_seed: RngSeed::Fixed(2026), failure_persistence: None, ..Config::default() })
}

#[test]
fn what_check_returns_always_starts_and_shows_theory() {
    for entry in experiments::all() {
        let values = entry.params.iter().map(text).collect::<Vec<_>>();
        runner(48)
            .run(&values, |values| {
                let texts: Texts = entry.params.iter().map(|s| s.name.to_owned()).zip(values).collect();
                let checked = session::check(entry.slug, &texts, None).expect("a slug");
                let session = Session::open(Rc::new(Exec::cpu()), entry.slug, &checked.values, 1);
                let output = session.unwrap_or_else(|e| panic!("{texts:?}: {e}")).output();
                for figure in &output.figures {
                    for series in figure.series.iter().filter(|s| s.role == Role::Theory) {
                        let drawn = series.y.iter().any(|y| y.is_finite());
                        prop_assert!(drawn, "{}, {}: nothing to draw at {texts:?}", figure.id, series.id);
                    }
                }
                Ok(())
            })
            .unwrap_or_else(|e| panic!("{}: {e}", entry.slug));
    }
}

#[test]
fn text_round_trips_through_a_value() {
    for spec in experiments::all().flat_map(|entry| entry.params) {
        runner(64)
            .run(&text(spec), |text| {
                let Ok(value) = spec.parse(&text) else { return Ok(()) };
                let again = spec.parse(&scaling_lab::params::to_text(&value)).expect("reads back");
                if let (Kind::Simplex, Value::List(first), Value::List(second)) = (spec.kind, &value, &again) {
                    // Parsing divides by the sum again, which may change the last bit.
                    prop_assert!(first.iter().zip(second).all(|(a, b)| (a - b).abs() <= 4.0 * f64::EPSILON), "{text}");
                } else {
                    prop_assert_eq!(value, again, "{}", text);
                }
                Ok(())
            })
            .unwrap_or_else(|e| panic!("{}: {e}", spec.name));
    }
}

#[test]
fn a_seed_is_a_run_and_another_seed_is_another() {
    let run = |slug: &str, quick: &str, seed| {
        let mut session = Session::open(Rc::new(Exec::cpu()), slug, &query(quick), seed).expect("a valid setting");
        while !session.progress().finished() {
            pollster::block_on(session.advance()).expect("advances");
        }
        serde_json::to_string(&session.output()).expect("json")
    };
    for entry in experiments::all() {
        let first = run(entry.slug, entry.quick, 7);
        assert_eq!(first, run(entry.slug, entry.quick, 7), "{}: the same seed", entry.slug);
        assert_ne!(first, run(entry.slug, entry.quick, 8), "{}: another seed", entry.slug);
    }
}
