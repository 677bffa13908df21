//! The clock: networks that add modulo n arrange the numbers on circles, so that adding is turning.
//!
//! Each number is a vector in the network's embedding. The Fourier transform over the numbers tells which frequencies
//! these vectors consist of: with frequency f, number j stands at f j/n of a turn. Untrained vectors have all
//! frequencies alike. In the plane of the strongest frequency the numbers stand on a circle after training.

use super::words;
use std::f64::consts::PI;

use crate::experiments::networks::live::{LEAST, Live, Record, above_zero};
use crate::math;
use crate::output::{Axis, Figure, Id, Mark, Series, Verdict, units};
use crate::stats::mean_and_error;
use crate::text;
use crate::text::{Text, count, share};
use crate::theory::automaton::{fourier_shares, ring};

const FREQUENCY: Axis = Axis::linear(words::FREQUENCY);
const SHARE: Axis = Axis::linear(words::SHARE).unit(units::PERCENT);

/// Number of lines that the circle is drawn with.
const TURN: u32 = 96;

/// The strongest frequency of an embedding, and its share of the power. Shares of a constant embedding are NaN.
pub(super) fn strongest(embedding: &[Vec<f64>]) -> (usize, f64) {
    let shares = fourier_shares(embedding);
    (1..).zip(shares).fold((1, 0.0), |best, one| if one.1 > best.1 { one } else { best })
}

/// The training distributions whose clocks are shown, the best power law first, each with the first network's embedding.
fn shown(live: &Live) -> impl Iterator<Item = (usize, &[Vec<f64>])> {
    let both = live.best().into_iter().chain(live.uniform());
    both.filter(|i| live.sound(*i)).filter_map(|i| Some((i, live.embedding(i, 0)?)))
}

/// The figures of the clock: the power of the frequencies, and the ring of the strongest one.
pub(super) fn figures(live: &Live, modulus: u32) -> Vec<Figure> {
    let x: Vec<f64> = (1..=modulus / 2).map(f64::from).collect();
    // The highest frequency of an even modulus is its own mirror image, and has half the power.
    let random = |f: &f64| if 2.0 * f == f64::from(modulus) { 1.0 } else { 2.0 } / f64::from(modulus - 1);
    let alike = Series::theory("alike", words::ALIKE, x.clone(), x.iter().map(random).collect());
    let clock = Figure::new("clock", words::CLOCK, FREQUENCY, SHARE).groups(live.groups());
    if live.last(0).is_empty() { vec![clock.series([alike])] } else { measured(live, &x, clock, alike) }
}

/// The figures of the clock during and after a run. The first networks of the best power law and of uniform training are
/// shown, and the ring of the former.
#[inline(never)]
fn measured(live: &Live, x: &[f64], clock: Figure, alike: Series) -> Vec<Figure> {
    let curve = |(i, embedding): (usize, &[Vec<f64>])| {
        let (id, label) = live.groups().nth(i)?;
        Some(Series::measured(id, label, x.to_vec(), fourier_shares(embedding)).line().how(words::FIRST_NETWORK))
    };
    let ring = shown(live).next().and_then(|(i, embedding)| Some(ring_of(live.groups().nth(i)?, embedding)));
    let ring = ring.map(|figure| figure.groups(live.groups()));
    [clock.series(shown(live).filter_map(curve)).series([alike])].into_iter().chain(ring).collect()
}

/// Distance of a point from the middle.
pub(super) fn length([x, y]: [f64; 2]) -> f64 {
    (x * x + y * y).sqrt()
}

/// The numbers in the plane of the strongest frequency, with the id and the name of their series. They are joined in the
/// order of their angles on a perfect clock. The unit is the mean distance from the middle, because decay shrinks all
/// weights during training.
pub(super) fn ring_of((id, label): (Id, Text), embedding: &[Vec<f64>]) -> Figure {
    let (frequency, power) = strongest(embedding);
    let points = ring(embedding, frequency);
    let n = points.len();
    let radius = points.iter().map(|point| length(*point)).sum::<f64>() / n as f64;
    let at = |j: usize| points[j].map(|coordinate| coordinate / radius);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|j| frequency * j % n);
    let [x, y] = [0, 1].map(|axis| order.iter().chain(&order[..1]).map(|j| at(*j)[axis]).collect());
    let turn = |wave: fn(f64) -> f64| (0..=TURN).map(|i| wave(2.0 * PI * f64::from(i) / f64::from(TURN))).collect();
    let circle = Series::theory("circle", words::CIRCLE, turn(math::cos), turn(math::sin));
    let marks = (0..n).map(|j| Mark::at(text!(words::NUMBER, j = count(j)), at(j)[0], at(j)[1]));
    let title = text!(words::RING, frequency = count(frequency), share = share(power));
    Figure::new("ring", title, Axis::linear(words::FIRST_AXIS), Axis::linear(words::SECOND_AXIS))
        .series([Series::measured(id, label, x, y).line().how(words::FIRST_NETWORK), circle])
        .marks(marks)
        .equal()
}

/// In networks that have solved the sum, the strongest frequency holds more of the embedding's power than before
/// training. The networks are those of the best power law, or of uniform training if there is no power law.
pub(super) fn verdict(live: &Live, modulus: u32) -> Verdict {
    let verdict = Verdict::pending("clock", words::ONE_FREQUENCY);
    if modulus == 3 {
        return verdict.cannot_tell(words::ALL_IN_ONE);
    }
    if live.finished() { measured_verdict(live, verdict) } else { verdict }
}

#[inline(never)]
fn measured_verdict(live: &Live, pending: Verdict) -> Verdict {
    let uniform = live.uniform();
    let exponent = live.best().or(uniform).unwrap_or_default();
    let gains = |exponent: usize, counts: fn(&Record) -> bool| -> Vec<f64> {
        let sound = |record: &Record| !record.diverged() && counts(record);
        let networks = live.last(exponent).iter().enumerate().filter(|(_, record)| sound(record));
        let gain = |(network, _): (usize, &Record)| {
            Some(strongest(live.embedding(exponent, network)?).1 - strongest(&live.untrained(network)).1)
        };
        networks.filter_map(gain).collect()
    };
    let solved = gains(exponent, |record| record.solved.is_some());
    if solved.len() < LEAST {
        return pending.cannot_tell(words::FEW_SOLVED);
    }
    let verdict = above_zero(pending, &solved);
    match uniform.filter(|uniform| *uniform != exponent).map(|uniform| gains(uniform, |_| true)) {
        Some(others) if !others.is_empty() => {
            verdict.adding(text!(words::UNIFORM_GAINS, gain = share(mean_and_error(&others).0)))
        }
        _ => verdict,
    }
}
