//! Can a learner follow a permutation through k steps, and does it learn faster when some steps are common?
//!
//! Model: each of the n! permutations of n symbols has a learned n x n matrix; SGD on the product of k of them, drawn
//! uniformly or by a power law over random ranks; tested on uniform sequences. Prediction: with four hops a power law
//! reaches the target in far fewer samples, because a few skills compose to a signal that does not vanish with their
//! number; with two the signal is there anyway, and uniform training wins. Falsifier: the ratio of median times.

use crate::error::{Error, Result};
use crate::exec::{Exec, Inputs, Lanes};
use crate::experiments::best_data::race::{Race, Racer, each_once, name, quartiles};
use crate::kit::{Claim, Experiment, Formula, Info, Origin, Pick, Preset, Source};
use crate::math;
use crate::output::{Axis, Column, Figure, Kind, Mark, Output, Progress, Role, Series};
use crate::params::{Scale, Spec};
use crate::rng::Alias;
use crate::sim::state_tracking::{self as sim, CHECK, LANES, Track};
use crate::theory::state_tracking as theory;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Symbols n that are permuted: a skill is one of their n! permutations.
        symbols: u32 = Spec::integer("5", 3.0, 5.0).unit("symbols");
        /// Hops k: how many skills a sequence composes.
        hops: u32 = Spec::integer("4", 1.0, 8.0);
        /// Exponents alpha of the training distributions to compare, rank^-alpha; 0 is uniform.
        exponents: Vec<f64> = Spec::list("0,1.5", 0.0, 4.0, 1, 8);
        /// Learning rate of SGD, one sample at a time.
        lr: f64 = Spec::number("0.5", 0.01, 4.0).log().label("learning rate");
        /// Standard deviation of the first weights.
        init: f64 = Spec::number("0.24", 0.01, 2.0).log().label("size of the first weights");
        /// Training samples after which a run is cut off; whole thousands count.
        samples: u32 = Spec::integer("50000", 1000.0, 10_000_000.0).log().unit("samples");
        /// Independent runs for each exponent.
        runs: u32 = Spec::integer("128", 1.0, 1024.0).log().unit("runs");
        /// Longer gradients are shortened to this norm.
        clip: f64 = Spec::number("1", 0.01, 100.0).log();
    }
}

/// Test sequences of a check, and how many a run that has solved the task may miss: 5%.
const TESTS: u32 = 500;
const MISSES: u32 = TESTS / 20;
/// Sequences of each third of the ranks.
const BIN_TESTS: u32 = 200;
/// Marks per decade of samples.
const PER_DECADE: f64 = 16.0;
/// The most bytes of all weights: what every device can hold in one buffer.
const STATE_BYTES: usize = 64 << 20;

/// Names of the series, one for each exponent.
const SERIES: [&str; 8] = ["alpha-0", "alpha-1", "alpha-2", "alpha-3", "alpha-4", "alpha-5", "alpha-6", "alpha-7"];
const THIRDS: [(&str, &str); 3] =
    [("head", "the most frequent third"), ("middle", "the middle third"), ("tail", "the least frequent third")];

const SAMPLES: Axis = Axis { label: "training samples", unit: "samples", scale: Scale::Log };
const EXACT: Axis = Axis { label: "sequences answered exactly", unit: "%", scale: Scale::Linear };

/// What is known of a run at a mark.
#[derive(Clone, Copy)]
struct Record {
    /// Share of the test sequences whose answer is exact.
    accuracy: f32,
    /// Exact expected loss on uniform sequences.
    loss: f32,
    /// The accuracy on sequences of each third of the ranks.
    thirds: [f32; 3],
    /// Samples after which the task was solved; 0 before.
    solved: u32,
    rest: Rest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Trains,
    Rests,
    Diverged,
}

/// The experiment.
pub struct StateTracking {
    seed: u32,
    params: Params,
    skills: u32,
    /// Samples after which a record is made, ascending; the last is the budget.
    marks: Vec<u32>,
    /// Test sequences: of all skills, then of each third.
    tests: [Vec<u32>; 4],
    /// The weights, and how many samples they have seen; made when the run starts.
    lanes: Option<(Lanes<Track>, u32)>,
    /// `records[mark][exponent * runs + run]`.
    records: Vec<Vec<Record>>,
}

impl StateTracking {
    fn uniforms(&self) -> sim::Uniforms {
        let Params { symbols, hops, lr, clip, runs, .. } = self.params;
        sim::Uniforms {
            seed: self.seed,
            symbols,
            skills: self.skills,
            hops,
            groups: runs.div_ceil(LANES as u32),
            bits: self.skills.next_power_of_two().trailing_zeros(),
            tests: TESTS,
            misses: MISSES,
            lr: lr as f32,
            clip: clip as f32,
            share: 1.0 / symbols as f32,
            first: 0,
            steps: 0,
        }
    }

    fn rows(&self) -> usize {
        sim::rows(self.params.symbols as usize, self.skills as usize, self.params.hops as usize)
    }

    /// Weights before the first sample.
    fn fresh(&self) -> Lanes<Track> {
        let table = |alpha: &f64| {
            let p: Vec<f64> = (1..=self.skills).map(|j| math::pow(f64::from(j), -alpha)).collect();
            Alias::new(&p).words
        };
        let tables: Vec<u32> = self.params.exponents.iter().flat_map(table).collect();
        let inputs = Inputs::new(&[bytemuck::cast_slice(&tables), bytemuck::cast_slice(&self.tests[0])]);
        let Params { symbols, hops, init, runs, .. } = self.params;
        let host = sim::start(self.seed, symbols, hops, init as f32, runs, self.params.exponents.len() as u32);
        Lanes::new(host, self.rows(), inputs)
    }

    /// What a lane knows; the last record of one that rests.
    fn record(&self, lane: &[f32], last: Option<Record>) -> Record {
        if let Some(last) = last.filter(|last| last.rest != Rest::Trains) {
            return last;
        }
        let (symbols, hops, skills) = (self.params.symbols, self.params.hops, self.skills as usize);
        let (weights, after) = lane.split_at(skills * (symbols * symbols) as usize);
        let (codes, state) = after.split_at(skills);
        let accuracy = |ranks: &[u32]| {
            let right = ranks.chunks_exact(hops as usize).filter(|r| sim::exact_match(symbols, self.skills, lane, r));
            right.count() as f32 / (ranks.len() / hops as usize) as f32
        };
        let weights: Vec<f64> = weights.iter().map(|&w| f64::from(w)).collect();
        let codes: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
        let uniform = vec![1.0 / skills as f64; skills];
        let [all, head, middle, tail] = &self.tests;
        Record {
            accuracy: accuracy(all),
            loss: theory::loss(symbols as usize, hops, &uniform, &weights, &codes) as f32,
            thirds: [head, middle, tail].map(|ranks| accuracy(ranks)),
            solved: state[sim::SOLVED] as u32 * CHECK,
            rest: match state[sim::REST] {
                0.0 => Rest::Trains,
                1.0 => Rest::Rests,
                _ => Rest::Diverged,
            },
        }
    }

    fn done(&self) -> usize {
        self.records.len()
    }

    /// The runs of an exponent at the last mark.
    fn last(&self, exponent: usize) -> &[Record] {
        let runs = self.params.runs as usize;
        self.records.last().map_or(&[], |records| &records[exponent * runs..][..runs])
    }

    /// Times to the target so far, run by run: more than the document holds.
    pub fn race(&self) -> Race {
        let racer = |(i, &exponent): (usize, &f64)| Racer {
            exponent,
            hits: self.last(i).iter().map(|r| (r.solved > 0).then_some(u64::from(r.solved))).collect(),
            diverged: self.last(i).iter().filter(|r| r.rest == Rest::Diverged).count() as u32,
        };
        let budget = self.done().checked_sub(1).map_or(0, |mark| u64::from(self.marks[mark]));
        Race { racers: self.params.exponents.iter().enumerate().map(racer).collect(), budget }
    }

    /// Median and quartiles over the runs of an exponent that have not diverged, at every mark.
    fn curve(
        &self,
        id: &'static str,
        label: String,
        exponent: usize,
        value: impl Fn(&Record) -> f32,
    ) -> Option<Series> {
        let runs = self.params.runs as usize;
        let mut lists = [vec![], vec![], vec![], vec![]];
        for (mark, records) in self.marks.iter().zip(&self.records) {
            let values: Vec<f32> =
                records[exponent * runs..][..runs].iter().filter(|r| r.rest != Rest::Diverged).map(&value).collect();
            if !values.is_empty() {
                let [low, median, high] = quartiles(&values);
                lists.iter_mut().zip([f64::from(*mark), median, low, high]).for_each(|(list, x)| list.push(x));
            }
        }
        let [x, y, lo, hi] = lists;
        (!x.is_empty()).then(|| Series::new(id, label, Kind::Line, Role::Measured, x, y).with_interval(lo, hi))
    }

    fn curves(&self, value: impl Fn(&Record) -> f32 + Copy) -> impl Iterator<Item = Series> {
        self.params.exponents.iter().enumerate().filter_map(move |(i, alpha)| {
            self.curve(SERIES[i], format!("{}: median and quartiles", name(*alpha)), i, value)
        })
    }

    /// A level across the figure.
    fn level(&self, id: &'static str, label: String, y: f64) -> Series {
        let x = vec![f64::from(CHECK), f64::from(self.marks[self.marks.len() - 1]).max(2.0 * f64::from(CHECK))];
        Series::new(id, label, Kind::Line, Role::Theory, x, vec![y; 2])
    }

    fn guess(&self) -> Series {
        self.level("guess", format!("guessing, 1 in {}", self.skills), 1.0 / f64::from(self.skills))
    }

    fn accuracy_figure(&self) -> Figure {
        Figure {
            id: "accuracy",
            title: "Exact answers on uniform sequences".into(),
            x: SAMPLES,
            y: EXACT,
            field: None,
            series: self.curves(|r| r.accuracy).chain([self.guess()]).collect(),
            marks: vec![Mark { label: "solved".into(), x: None, y: Some(1.0 - f64::from(MISSES) / f64::from(TESTS)) }],
        }
    }

    fn loss_figure(&self) -> Figure {
        let n = self.params.symbols;
        let levels = [
            self.level("nothing", "nothing learned: 1/2".into(), theory::NOTHING),
            self.level("mean-only", format!("only the mean learned: {}/{}", n - 1, 2 * n), theory::mean_only(n)),
            self.level("all-but-mean", format!("all but the mean learned: 1/{}", 2 * n), theory::all_but_mean(n)),
        ];
        Figure {
            id: "loss",
            title: "Expected loss on uniform sequences".into(),
            x: SAMPLES,
            y: Axis { label: "loss", unit: "", scale: Scale::Log },
            field: None,
            series: self.curves(|r| r.loss).chain(levels).collect(),
            marks: vec![],
        }
    }

    /// Accuracy by rank for the fastest power law, or the only distribution there is.
    fn ranks_figure(&self) -> Option<Figure> {
        let exponent = self.race().best().unwrap_or(0);
        let mut series: Vec<Series> = THIRDS
            .iter()
            .enumerate()
            .filter_map(|(third, (id, label))| {
                self.curve(id, format!("sequences of {label} of skills"), exponent, |r| r.thirds[third])
            })
            .collect();
        if series.is_empty() {
            return None;
        }
        series.push(self.guess());
        Some(Figure {
            id: "ranks",
            title: format!("Exact answers by rank of the skills, {}", name(self.params.exponents[exponent])),
            x: SAMPLES,
            y: EXACT,
            field: None,
            series,
            marks: vec![],
        })
    }
}

impl Experiment for StateTracking {
    const SLUG: &'static str = "state-tracking";
    const INFO: Info = Info {
        title: "State tracking",
        question: "Five cups are shuffled four times: is following them learned faster from all shuffles alike, or from a few frequent ones first?",
        notice: &[
            "With four hops most runs on a power law over the shuffles solve the task within about ten thousand samples, while uniform training has learned nothing after fifty thousand. The test is uniform in both cases: the power law wins although it trains on another distribution than it is tested on.",
            "The head comes first: look at the accuracy by rank. Sequences of frequent skills are answered early; rare skills are then learned one at a time, each inside sequences whose other skills are known already.",
            "With two hops it is the other way round. A product of two matrices has a gradient from the start, so nothing has to escape from a plateau; what counts is to see every skill often enough, and a power law shows its tail rarely.",
            "An answer is exact when the largest entry of every column is in the right place, and that needs less than a small loss. What all shuffles leave alone, the mean of the symbols, is a direction of its own; a learner without it answers everything correctly with a loss of 1/(2n), which is 0.1 for five symbols. The loss figure shows that level: accuracy arrives while the loss is still about there.",
            "Some runs never arrive: they stay on a plateau where only a part of the structure was learned, often little more than the mean. That is why medians and quartiles are shown, and why a run that was cut off counts as slower than the budget, not as lost.",
        ],
        model: &[
            "A skill is one of the n! permutations of n symbols and has a matrix W of its own. A sample is a sequence of k skills; the learner multiplies their matrices, and should get the product of the permutation matrices. SGD takes one sample at a time on half the mean squared error per column; longer gradients are shortened to the norm set below. The order of the ranks is drawn anew for each run.",
            "A run is tried every thousand samples on 500 uniform sequences, the same for all runs. It has solved the task at 95% exact answers; it then trains for as many samples again, and rests. The curves keep its last value.",
            "The task is that of the experiment with transformers by Wang, Dang, Lee and Lyu (five symbols, four hops, exponent 1.5). The learner is not: it is told that skills are matrices to be multiplied, so it shows the plateau and the escape from it, not what attention does.",
        ],
        formulas: &[
            Formula {
                label: "Learner and loss",
                tex: r"f = W_{s_k} \cdots W_{s_1}, \qquad \ell = \frac{1}{2n} \bigl\lVert f - P_{s_k} \cdots P_{s_1} \bigr\rVert_F^2, \qquad s_i \sim p_j \propto \mathrm{rank}(j)^{-\alpha}",
            },
            Formula {
                label: "Expected loss, exactly",
                tex: r"L = \frac{1}{2n} \bigl( \operatorname{tr} T^k(I) - 2 \operatorname{tr} C^k(I) + n \bigr), \qquad T(X) = \sum_j p_j W_j^{\top} X W_j, \quad C(X) = \sum_j p_j P_j^{\top} X W_j",
            },
            Formula {
                label: "Losses of what is learned in part",
                tex: r"W_j = \tfrac{1}{n} \mathbf{1}\mathbf{1}^{\top}:\; L = \tfrac{n-1}{2n}, \qquad W_j = P_j - \tfrac{1}{n} \mathbf{1}\mathbf{1}^{\top}:\; L = \tfrac{1}{2n}",
            },
        ],
        sources: &[
            Source {
                text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026; state tracking on S5 with transformers. The model of matrices is ours.",
                url: "https://arxiv.org/abs/2604.22951",
            },
            Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
        ],
        presets: &[
            Preset { title: "Five symbols, four hops", query: "" },
            Preset { title: "Two hops: uniform wins", query: "hops=2&samples=60000" },
            Preset { title: "Four symbols", query: "symbols=4" },
            Preset { title: "Which exponent?", query: "exponents=0,0.5,1,1.25,1.5,2,2.5&samples=100000&runs=64" },
            Preset { title: "Until uniform training arrives", query: "samples=2000000&runs=32" },
        ],
        figures_more: &[],
    };

    const QUICK: &'static str = "samples=20000&runs=16";
    const CLAIMS: &'static [Claim] = &[
        Claim {
            id: "track-s5",
            source: "PPL",
            origin: Origin::Formula,
            place: "S5 state tracking, k = 4, alpha = 1.5",
            what: "exact answers of uniform training by the time the power law has solved the task: chance",
            printed: 1.0 / 120.0,
            query: "",
            seed: 1,
            pick: Pick::Point("accuracy", "alpha-0", 10_000.0),
            tolerance: 0.02,
            reason: "500 test sequences",
            ours: None,
            note: "The paper trains transformers; here only the task, its sizes and the comparison are the same.",
            data: None,
        },
        Claim {
            id: "track-s5-ratio",
            source: "This lab, an earlier program for this model",
            origin: Origin::Own,
            place: "7 seeds: 1.3e6 over 9e3 samples",
            what: "median samples of uniform training over those of alpha = 1.5, S5, k = 4",
            printed: 144.0,
            query: "samples=1000000&runs=32",
            seed: 1,
            pick: Pick::Verdict("power-law-beats-uniform"),
            tolerance: 0.0,
            reason: "its own interval; at this budget a lower bound",
            ours: None,
            note: "",
            data: None,
        },
        Claim {
            id: "track-two-hops",
            source: "This lab, an earlier program for this model",
            origin: Origin::Own,
            place: "7 seeds: 4e3 over 1.3e4 samples",
            what: "the same ratio at k = 2, where uniform training wins",
            printed: 0.31,
            query: "hops=2&samples=60000",
            seed: 1,
            pick: Pick::Verdict("power-law-beats-uniform"),
            tolerance: 0.04,
            reason: "times are whole thousands: 4000 stands for 3000 to 4000",
            ours: None,
            note: "",
            data: None,
        },
    ];

    type Params = Params;

    fn start(mut params: Params, seed: u32) -> Result<Self> {
        params.exponents = each_once(&params.exponents);
        let Params { symbols, hops, samples, runs, ref exponents, .. } = params;
        let skills: u32 = (1..=symbols).product();
        let group = sim::rows(symbols as usize, skills as usize, hops as usize) * LANES * size_of::<f32>();
        let most = STATE_BYTES / group / exponents.len() * LANES;
        if runs as usize > most {
            let allowed = format!(
                "at most {most} runs of {} exponents: the weights of more exceed {} MiB",
                exponents.len(),
                STATE_BYTES >> 20
            );
            return Err(Error::parameter("runs", &runs.to_string(), &allowed));
        }
        let budget = samples / CHECK * CHECK;
        let marks = {
            let at = |i: u32| (math::pow(10.0, f64::from(i) / PER_DECADE).round() as u32).saturating_mul(CHECK);
            let mut marks: Vec<u32> = (0..).map(at).take_while(|&mark| mark < budget).chain([budget]).collect();
            marks.dedup();
            marks
        };
        let third = skills / 3;
        let tests =
            [(0..skills, TESTS), (0..third, BIN_TESTS), (third..2 * third, BIN_TESTS), (2 * third..skills, BIN_TESTS)];
        let mut purpose = 0;
        let tests = tests.map(|(range, count)| {
            purpose += 1;
            sim::sequences(seed, purpose, hops, range, count)
        });
        Ok(Self { seed, skills, marks, tests, lanes: None, records: Vec::new(), params })
    }

    fn progress(&self) -> Progress {
        Progress { done: self.done() as u32, total: self.marks.len() as u32 }
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        // Taken out: what a call that fails leaves behind is made anew, from the first sample.
        let (mut lanes, at) = self.lanes.take().unwrap_or_else(|| (self.fresh(), 0));
        let mark = self.marks[self.done()];
        exec.advance(&mut lanes, &self.uniforms(), at..mark).await?;
        let state = exec.read(&mut lanes).await?;
        let width = sim::width(self.params.symbols as usize, self.skills as usize);
        let runs = self.params.runs as usize;
        let groups = runs.div_ceil(LANES);
        let records = (0..self.params.exponents.len() * runs)
            .map(|i| {
                let (exponent, run) = (i / runs, i % runs);
                let group = &state[(exponent * groups + run / LANES) * self.rows()..][..self.rows()];
                let last = self.records.last().map(|records| records[i]);
                self.record(sim::lane(group, run % LANES, width), last)
            })
            .collect();
        self.records.push(records);
        self.lanes = Some((lanes, mark));
        Ok(())
    }

    fn output(&self) -> Output {
        let race = self.race();
        let number = |name: &'static str| Column { name, unit: "" };
        let Params { symbols, hops, lr, .. } = self.params;
        let lead = [
            (number("symbols n"), f64::from(symbols)),
            (number("hops k"), f64::from(hops)),
            (number("learning rate"), lr),
        ];
        let mut verdict = race.verdict(Experiment::progress(self).finished());
        if let Some(verdict) = verdict.as_mut().filter(|verdict| hops <= 2 && verdict.agrees == Some(false)) {
            verdict.note.push_str(
                " Up to two hops the gradient does not vanish at the start, so there is no plateau to escape from, and a power law only shows its tail too rarely.",
            );
        }
        let figures = [Some(self.accuracy_figure()), Some(self.loss_figure()), self.ranks_figure(), race.figure()];
        Output {
            figures: figures.into_iter().flatten().collect(),
            tables: vec![race.table(&lead)],
            verdicts: verdict.into_iter().collect(),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::output::Cell;
    use crate::params::{Params as _, Texts};

    fn start(query: &str, seed: u32) -> Result<StateTracking> {
        StateTracking::start(Params::read(&crate::params::query(query))?, seed)
    }

    fn advance(run: &mut StateTracking) {
        pollster::block_on(run.advance(&Exec::cpu())).expect("advances");
    }

    fn finished(query: &str, seed: u32) -> StateTracking {
        let mut run = start(query, seed).expect("starts");
        while !Experiment::progress(&run).finished() {
            advance(&mut run);
        }
        run
    }

    #[test]
    fn a_power_law_wins_with_four_hops_and_loses_with_two() {
        for (query, wins) in [("samples=25000&runs=48", true), ("hops=2&samples=30000&runs=16", false)] {
            let output = finished(query, 2).output();
            let verdict = &output.verdicts[0];
            assert_eq!(verdict.agrees, Some(wins), "{query}: {verdict:?}");
            assert_eq!(verdict.note.contains("no plateau"), !wins, "{}", verdict.note);
        }
    }

    #[test]
    fn a_run_is_solved_when_it_answers_enough() {
        let run = finished("symbols=3&hops=3&samples=20000&runs=20&exponents=0,1", 1);
        let mut seen = 0;
        for (mark, records) in run.marks.iter().zip(&run.records) {
            for (i, record) in records.iter().enumerate() {
                assert!(record.solved <= *mark && record.solved % CHECK == 0, "a check in the past");
                if record.solved == *mark {
                    assert!(record.accuracy >= 0.95, "run {i} at {mark}: {}", record.accuracy);
                    seen += 1;
                }
                let rests = record.rest == Rest::Rests;
                assert_eq!(rests, record.solved > 0 && 2 * record.solved <= *mark, "rests after as many again");
            }
        }
        assert!(seen > 5, "{seen} were solved at a mark");
        let last = run.last(0);
        let hits: Vec<Option<u64>> = last.iter().map(|r| Some(u64::from(r.solved)).filter(|&t| t > 0)).collect();
        assert_eq!(run.race().racers[0].hits, hits, "what the table is made of");
    }

    #[test]
    fn a_call_that_is_made_anew_changes_nothing() {
        let query = "symbols=3&samples=6000&runs=3";
        let whole = finished(query, 4);
        let mut again = start(query, 4).expect("starts");
        while !Experiment::progress(&again).finished() {
            again.lanes = None;
            advance(&mut again);
        }
        let show = |run: &StateTracking| serde_json::to_string(&run.output()).expect("json");
        assert_eq!(show(&whole), show(&again));
    }

    #[test]
    fn a_run_does_not_depend_on_how_many_there_are() {
        let (few, many) = (finished("symbols=3&samples=3000&runs=3", 5), finished("symbols=3&samples=3000&runs=40", 5));
        for exponent in 0..2 {
            for run in 0..3 {
                let [a, b] = [&few, &many].map(|r| r.last(exponent)[run]);
                assert_eq!((a.loss, a.accuracy, a.solved), (b.loss, b.accuracy, b.solved), "run {run} is run {run}");
            }
        }
    }

    #[test]
    fn curves_are_quantiles_of_runs_that_have_not_diverged() {
        let mut run = start("runs=5&samples=1000", 1).expect("starts");
        let record = |loss: f32, rest| Record { accuracy: 0.0, loss, thirds: [0.0; 3], solved: 0, rest };
        let one = [9.0, 1.0, 3.0, 2.0].map(|loss| record(loss, Rest::Trains));
        let mut records = [one.as_slice(), &[record(1e9, Rest::Diverged)]].concat();
        records.extend([record(f32::NAN, Rest::Diverged); 5]);
        run.records.push(records);
        let curves: Vec<Series> = run.curves(|r| r.loss).collect();
        assert_eq!(curves.len(), 1, "nothing of one whose runs all diverged");
        assert_eq!((curves[0].y[0], curves[0].x[0]), (2.0, 1000.0), "the lower median of 1, 2, 3, 9");
        assert_eq!((curves[0].lo.as_deref(), curves[0].hi.as_deref()), (Some(&[1.0][..]), Some(&[3.0][..])));
        let table = &run.output().tables[0];
        let Cell::Number(diverged) = table.rows[1][8] else { panic!("a number") };
        assert_eq!(diverged, 5.0, "counted");
    }

    #[test]
    fn runs_that_diverge_stop_cleanly() {
        let run = finished("init=2&clip=100&lr=4&samples=3000&runs=12", 1);
        assert!(run.last(0).iter().all(|r| r.rest == Rest::Diverged), "all of them");
        let verdict = &run.output().verdicts[0];
        assert!(verdict.agrees.is_none() && verdict.note.contains("never there: 24."), "{verdict:?}");
    }

    #[test]
    fn before_the_run_only_theory_is_shown() {
        let output = start("", 1).expect("starts").output();
        assert_eq!(output.figures.len(), 2, "accuracy and loss");
        assert!(output.figures.iter().flat_map(|f| &f.series).all(|s| s.role == Role::Theory), "no measured series");
        assert_eq!(output.verdicts[0].agrees, None, "cannot tell yet");
    }

    #[test]
    fn what_cannot_be_held_is_refused_in_words() {
        let refused = |query: &str| start(query, 1).err().expect("refused").to_string();
        let message = refused("runs=1024&exponents=0,0.5,1,1.5,2,2.5,3,3.5");
        assert!(message.contains("`runs`") && message.contains("64 MiB") && message.contains("1024"), "{message}");
        assert_eq!(start("exponents=1,1,0,1", 1).expect("starts").params.exponents, [1.0, 0.0], "each once");
        assert!(Params::read(&Texts::from([("symbols".into(), "6".into())])).is_err(), "720 skills are too many");
        for query in ["symbols=3&hops=1&runs=1&samples=1000&exponents=2", "symbols=3&hops=8&runs=1&samples=1500"] {
            let run = finished(query, 1);
            assert_eq!(run.marks.last(), Some(&1000), "{query}: whole thousands");
            assert!(!run.output().figures.is_empty(), "{query}");
        }
    }
}
