//! Compares published times to the target with ours. The published times are from other programs and from few seeds.
//! Ours are over 101 seeds.
//!
//! `cargo bench --bench published -- all` prints every cell of the published tables, in an hour on two cores. The
//! tables are 3.1 (hops and skills), 3.2 (exponents), 3.3 (training begins with a power law) and 3.7 (state tracking).
//! With `-- 3.7` instead of `-- all` it prints one table, and with `-- 3.1 hops=5` a part of a table.
//!
//! The published number of a cell is a median over few seeds. It agrees with our runs if it lies in the interval that
//! contains 99.9% of such medians of our runs. For each such median, our runs are resampled with replacement, because
//! they are a sample too, and then as many runs as there are published seeds are drawn from this resample. Ratios are
//! compared in this way too. Where a budget cut the published runs off, the published number is only a bound.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints how long it took")]

use std::time::Instant;

use scaling_lab::exec::Exec;
use scaling_lab::experiments::best_data::k_composition::KComposition;
use scaling_lab::experiments::best_data::state_tracking::StateTracking;
use scaling_lab::kit::Experiment;
use scaling_lab::kit::race::{Race, Time};
use scaling_lab::params::Params as _;
use scaling_lab::params::query;
use scaling_lab::rng::{Draws, stream};

/// Number of our runs for each cell of a published table.
const RUNS: u32 = 101;
/// Number of medians that are drawn for an interval.
const RESAMPLES: u32 = 20_000;

/// A number in a published table, and the setting to which it belongs.
struct Cell {
    table: &'static str,
    /// The setting as a query, without the exponent and the number of samples.
    query: String,
    exponent: f64,
    /// Number of samples after which the published runs were cut off.
    budget: u64,
    /// The published median number of samples. It is `None` where most runs were cut off.
    printed: Option<u64>,
    /// The number of seeds of the published median.
    seeds: usize,
}

/// Table 3.1 of the published times. A row contains the number of hops, the number of skills, the best learning rate,
/// and the median numbers of samples to the target for the exponents 0, 0.5, 1 and 1.5.
const T31: &[(u32, u32, f64, [Option<u64>; 4])] = &[
    (2, 16, 0.1, [Some(510), Some(510), Some(770), Some(1300)]),
    (2, 32, 0.1, [Some(1000), Some(1000), Some(1500), Some(3600)]),
    (2, 64, 0.1, [Some(1800), Some(2100), Some(3100), Some(9500)]),
    (2, 128, 0.1, [Some(3800), Some(4400), Some(6900), Some(28_000)]),
    (2, 256, 0.1, [Some(8200), Some(7900), Some(15_000), Some(79_000)]),
    (3, 16, 0.1, [Some(3600), Some(5100), Some(2300), Some(1300)]),
    (3, 32, 0.1, [Some(15_000), Some(8500), Some(2100), Some(2800)]),
    (3, 64, 0.1, [Some(19_000), Some(21_000), Some(4400), Some(8200)]),
    (3, 128, 0.1, [Some(54_000), Some(47_000), Some(15_000), Some(22_000)]),
    (3, 256, 0.1, [Some(150_000), Some(83_000), Some(22_000), Some(61_000)]),
    (4, 16, 0.1, [Some(11_000), Some(14_000), Some(3300), Some(1300)]),
    (4, 32, 0.1, [Some(130_000), Some(110_000), Some(7400), Some(2800)]),
    (4, 64, 0.1, [Some(170_000), Some(170_000), Some(32_000), Some(7700)]),
    (4, 128, 0.1, [Some(920_000), Some(350_000), Some(46_000), Some(19_000)]),
    (4, 256, 0.1, [Some(6_400_000), Some(950_000), Some(65_000), Some(52_000)]),
    (5, 16, 0.05, [Some(3_800_000), Some(1_500_000), Some(300_000), Some(10_500)]),
    (5, 32, 0.05, [None, Some(5_700_000), Some(820_000), Some(18_000)]),
    (5, 64, 0.05, [None, Some(5_400_000), Some(860_000), Some(21_000)]),
    (5, 128, 0.05, [None, None, Some(5_500_000), Some(44_000)]),
    (5, 256, 0.05, [None, None, Some(1_800_000), Some(145_000)]),
];

/// Table 3.2 of the published times, for 64 skills and the learning rate 0.05. A row contains the exponent, and the
/// median numbers of samples to the target for 2, 3 and 4 hops.
const T32: &[(f64, [u64; 3])] = &[
    (0.0, [3580, 68_000, 350_000]),
    (0.25, [3840, 75_000, 300_000]),
    (0.5, [3840, 36_000, 230_000]),
    (0.75, [4350, 25_000, 100_000]),
    (1.0, [6140, 9000, 80_000]),
    (1.25, [10_200, 11_500, 12_000]),
    (1.5, [19_200, 15_900, 14_300]),
    (1.75, [41_700, 33_000, 28_000]),
    (2.0, [94_500, 74_000, 62_000]),
    (2.5, [580_000, 460_000, 370_000]),
];

/// Table 3.3 of the published times, for 4 hops and the learning rate 0.1. A row contains the number of skills, the
/// number of samples with the exponent 1.5 before training becomes uniform, and the median number of samples to the
/// target.
const T33: &[(u32, u32, u64)] = &[
    (64, 1000, 55_000),
    (64, 3000, 3600),
    (128, 3000, 4400),
    (256, 1000, 330_000),
    (256, 3000, 8500),
    (256, 10_000, 12_000),
    (256, 30_000, 31_000),
];

/// Table 3.7 of the published times. A row contains the number of symbols, the number of hops, the exponent, and the
/// median number of samples to the target.
const T37: &[(u32, u32, f64, Option<u64>)] = &[
    (5, 4, 0.0, Some(1_300_000)),
    (5, 4, 0.5, Some(770_000)),
    (5, 4, 1.0, None),
    (5, 4, 1.25, Some(12_000)),
    (5, 4, 1.5, Some(9000)),
    (5, 4, 2.0, Some(44_000)),
    (5, 2, 0.0, Some(4000)),
    (5, 2, 1.0, Some(4000)),
    (5, 2, 1.5, Some(13_000)),
    (5, 2, 2.0, Some(71_000)),
    (5, 3, 0.0, None),
    (5, 3, 0.5, None),
    (5, 3, 1.0, Some(7000)),
    (5, 3, 1.25, Some(6000)),
    (5, 3, 1.5, Some(10_000)),
    (4, 4, 0.0, Some(46_000)),
    (4, 4, 1.5, Some(2000)),
];

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for &(k, d, lr, medians) in T31 {
        for (exponent, printed) in [0.0, 0.5, 1.0, 1.5].into_iter().zip(medians) {
            let query = format!("hops={k}&skills={d}&lr={lr}");
            cells.push(Cell { table: "3.1", query, exponent, budget: 20_000_000, printed, seeds: 7 });
        }
    }
    for (k, i) in [(2, 0), (3, 1), (4, 2)] {
        for &(exponent, medians) in T32 {
            let query = format!("hops={k}&skills=64&lr=0.05");
            cells.push(Cell { table: "3.2", query, exponent, budget: 4_000_000, printed: Some(medians[i]), seeds: 21 });
        }
    }
    for &(d, switch, printed) in T33 {
        let query = format!("hops=4&skills={d}&lr=0.1&uniform-after={switch}");
        let seeds = if d == 64 { 11 } else { 7 };
        cells.push(Cell { table: "3.3", query, exponent: 1.5, budget: 20_000_000, printed: Some(printed), seeds });
    }
    for &(n, k, exponent, printed) in T37 {
        let query = format!("symbols={n}&hops={k}");
        cells.push(Cell { table: "3.7", query, exponent, budget: 2_000_000, printed, seeds: 7 });
    }
    cells
}

fn finished<E: Experiment>(query_text: &str, race: impl Fn(&E) -> Race) -> Race {
    let params = E::Params::read(&query(query_text)).expect("valid");
    let mut run = E::start(params, 1).expect("starts");
    let exec = Exec::cpu();
    while !run.progress().finished() {
        pollster::block_on(run.advance(&exec)).expect("advances");
    }
    race(&run)
}

impl Cell {
    /// Our runs of this cell. Their budget is large enough for most of them to reach the target, but not larger than
    /// the published budget.
    fn race(&self) -> Race {
        let mut samples = self.printed.map_or(self.budget, |t| (8 * t).clamp(10_000, self.budget));
        loop {
            let query = format!("{}&exponents={}&samples={samples}&runs={RUNS}", self.query, self.exponent);
            let race = if self.table == "3.7" {
                finished::<StateTracking>(&query, StateTracking::race)
            } else {
                finished::<KComposition>(&query, |run| run.race(0))
            };
            if samples == self.budget || matches!(race.quantile(0, 0.5), Some(Time::At(_))) {
                return race;
            }
            samples = (8 * samples).min(self.budget);
        }
    }
}

/// Resamples our runs, and returns the median time of `seeds` runs that are drawn from the resample. `hits` holds the
/// times of our runs. The median is infinite if it belongs to a run that did not reach the target.
fn drawn(hits: &[Option<u64>], seeds: usize, draws: &mut Draws) -> f64 {
    let mut pick = |from: &[f64], count: usize| -> Vec<f64> {
        (0..count).map(|_| from[draws.below(from.len() as u32) as usize]).collect()
    };
    let ours: Vec<f64> = hits.iter().map(|hit| hit.map_or(f64::INFINITY, |t| t as f64)).collect();
    let again = pick(&ours, ours.len());
    let mut few = pick(&again, seeds);
    few.sort_unstable_by(f64::total_cmp);
    few[seeds / 2]
}

/// The interval that contains the middle 99.9% of many values of `draw`.
fn interval(draw: impl Fn(&mut Draws) -> f64) -> [f64; 2] {
    let mut values: Vec<f64> = (0..RESAMPLES).map(|i| draw(&mut Draws::new(1, stream::BOOTSTRAP, i, 0))).collect();
    values.retain(|x| !x.is_nan());
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values.get((share * values.len() as f64) as usize).copied().unwrap_or(f64::NAN);
    [at(0.0005), at(0.9995)]
}

/// Whether a published number lies within the interval. The interval is widened by 5%, because the number is known to
/// two digits.
fn holds([lo, hi]: [f64; 2], printed: f64) -> bool {
    (0.95 * lo..=1.05 * hi).contains(&printed)
}

fn show(x: f64) -> String {
    if x.is_finite() { format!("{x:.3e}") } else { "not seen".into() }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_wanted = |c: &Cell| wanted.iter().all(|w| w == "all" || c.table.starts_with(w) || c.query.contains(w));
    let cells: Vec<Cell> = cells().into_iter().filter(|c| !wanted.is_empty() && is_wanted(c)).collect();
    if cells.is_empty() {
        println!("published: name a table (3.1, 3.2, 3.3 or 3.7) or all");
        return;
    }
    println!("table | setting | alpha | published | ours: median, solved | 99.9% of such medians | agrees | s");
    let (mut agree, mut before) = (0, None::<(String, Race, Option<u64>)>);
    let mut all = 0;
    for cell in &cells {
        let clock = Instant::now();
        let race = cell.race();
        let hits = &race.racers[0].hits;
        let median = race.quantile(0, 0.5).expect("has runs");
        let range = interval(|draws| drawn(hits, cell.seeds, draws));
        let right = match cell.printed {
            Some(t) => holds(range, t as f64),
            // Most of the published runs were cut off.
            None => range[1] >= cell.budget as f64,
        };
        all += 1;
        agree += u32::from(right);
        println!(
            "{} | {} | {} | {} | {median:?}, {}/{RUNS} | {} to {} | {right} | {:.1}",
            cell.table,
            cell.query,
            cell.exponent,
            cell.printed.map_or(format!("> {}", cell.budget), |t| t.to_string()),
            hits.iter().flatten().count(),
            show(range[0]),
            show(range[1]),
            clock.elapsed().as_secs_f64(),
        );
        // A power law follows the uniform distribution of the same setting: compare their ratio too.
        if let Some((query, uniform, printed)) = before.as_ref().filter(|(query, ..)| *query == cell.query) {
            let published = printed.unwrap_or(cell.budget) as f64 / cell.printed.unwrap_or(cell.budget) as f64;
            let range = interval(|draws| {
                let u = drawn(&uniform.racers[0].hits, cell.seeds, draws);
                u / drawn(hits, cell.seeds, draws)
            });
            let right = match (printed, cell.printed) {
                (Some(_), Some(_)) => holds(range, published),
                (None, Some(_)) => range[1] >= published,
                (Some(_), None) => range[0] <= published,
                (None, None) => true,
            };
            let seen = |t: Time| if let Time::At(t) = t { t as f64 } else { f64::INFINITY };
            let ratio = seen(uniform.quantile(0, 0.5).expect("has runs")) / seen(median);
            // If the published ratio is large, ours must have the same winner.
            let winner = !(published > 3.0 && ratio <= 1.0 || published < 1.0 / 3.0 && ratio >= 1.0);
            all += 1;
            agree += u32::from(right && winner);
            let sign = if printed.is_none() { "> " } else { "" };
            println!(
                "{} | {query} | 0 over {} | {sign}{published:.2} | {} | {} to {} | {} |",
                cell.table,
                cell.exponent,
                show(ratio),
                show(range[0]),
                show(range[1]),
                right && winner,
            );
        }
        if cell.exponent == 0.0 {
            before = Some((cell.query.clone(), race, cell.printed));
        }
    }
    println!("{agree} of {all} agree");
}
