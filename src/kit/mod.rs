//! The parts that every experiment is made of: its trait, its texts and its claims.
//!
//! # A whole experiment
//!
//! How fast does the share of heads approach the bias of a coin? This example answers that question with a whole
//! experiment in one file. Its comments name the files in which the parts of a real experiment are: one file in `sim/`
//! for the kernel, one in `theory/` for the closed form, and a folder in `experiments/` for the rest. A good experiment
//! to read next is `state_tracking`.
//!
//! ```
//! use scaling_lab::error::Result;
//! use scaling_lab::exec::{Exec, Inputs, Kernel, Lanes, Twin, parity::Case};
//! use scaling_lab::kit::legs::Carried;
//! use scaling_lab::kit::{Claim, Entry, Experiment, Info, Pick, Preset, Source};
//! use scaling_lab::output::{Answer, Axis, Figure, Output, Points, Progress, Series, Verdict};
//! use scaling_lab::params::{Params as _, Spec, query};
//! use scaling_lab::rng::{Stream, philox};
//! use scaling_lab::stats::mean_and_error;
//! use scaling_lab::text;
//! use scaling_lab::text::{Templates, count, number};
//! # fn main() -> Result<()> {
//!
//! // theory/coin.rs
//! /// Mean squared error of the share of heads in n tosses.
//! fn error(p: f64, n: f64) -> f64 {
//!     p * (1.0 - p) / n
//! }
//!
//! // sim/coin.rs: the kernel. A lane is a run, and a step is a toss.
//! const LANES: usize = 32;
//! /// Stream of random numbers for the tosses. A test names the next free number.
//! const TOSSES: Stream = Stream(1000);
//!
//! scaling_lab::uniforms! {
//!     /// What the kernel reads at binding 0.
//!     pub struct Uniforms {
//!         /// Seed of all draws.
//!         seed: u32,
//!         /// Random words below this number count as heads.
//!         heads: u32,
//!     }
//! }
//!
//! struct Tosses;
//! impl Kernel for Tosses {
//!     const NAME: &'static str = "coin";
//!     // sim/coin.wgsl
//!     const WGSL: Option<&'static str> = Some(concat!(r"
//!         struct Uniforms { seed: u32, heads: u32, first: u32, steps: u32 }
//!         @group(0) @binding(0) var<uniform> u: Uniforms;
//!         @group(0) @binding(1) var<storage, read_write> state: array<u32>;
//!         const LANES = 32u;
//!         const TOSSES = 1000u;
//!
//!         @compute @workgroup_size(32)
//!         fn coin(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) num: vec3<u32>,
//!                 @builtin(local_invocation_index) lane: u32) {
//!             let run = (id.x + id.y * num.x) * LANES + lane;
//!             if (run >= arrayLength(&state)) { return; }
//!             for (var step = u.first; step < u.first + u.steps; step += 1u) {
//!                 let words = rng_philox(vec2<u32>(u.seed, TOSSES), vec4<u32>(run, step, 0u, 0u));
//!                 state[run] += select(0u, 1u, words.x < u.heads);
//!             }
//!         }
//!     ", include_str!("../rng.wgsl")));
//!     const INPUTS: usize = 0;
//!     type Uniforms = Uniforms;
//!     type Row = [u32; LANES]; // One row: heads so far.
//!
//!     fn group(u: &Uniforms, _: &Inputs, group: u32, state: &mut [[u32; LANES]]) {
//!         for lane in 0..LANES {
//!             let run = group * LANES as u32 + lane as u32;
//!             for step in u.first..u.first + u.steps {
//!                 let words = philox([u.seed, TOSSES.0], [run, step, 0, 0]);
//!                 state[0][lane] += u32::from(words[0] < u.heads);
//!             }
//!         }
//!     }
//!
//!     // Only native builds test kernels, so this function and the `use` of `Case` are left out of others.
//!     #[cfg(not(target_arch = "wasm32"))]
//!     fn cases() -> Vec<Case<Self>> {
//!         let fair = Uniforms { seed: 1, heads: 1 << 31, first: 0, steps: 0 };
//!         vec![Case::zeroed("windows of 1 and of many steps", 2, 1, Inputs::new(&[]), fair, &[0, 1, 100])]
//!     }
//! }
//!
//! // experiments/PART/coin/words.rs: every sentence of its results, a template each.
//! scaling_lab::texts! {
//!     ERROR = "Error";
//!     TOSSED = "tosses";
//!     SQUARED_ERROR = "mean squared error";
//!     LAW = "p(1-p)/n";
//!     SIMULATED = "simulated runs";
//!     FALLS = "The squared error of the share of heads is $p(1-p)/n$";
//!     WILL_BE = "After {tosses} tosses, theory expects a squared error of {error}.";
//!     WAS = "After {tosses} tosses, the mean squared error is {error}.";
//!     AFTER = "Measured after {tosses} {tosses:toss|tosses}.";
//!     MORE_RUNS = "Simulate more runs to decide.";
//! }
//!
//! // experiments/PART/coin/mod.rs, and the line `coin::Coin,` in the part's own `mod.rs`
//! scaling_lab::params! {
//!     /// Parameters of the experiment.
//!     pub struct Params {
//!         /// Probability of heads.
//!         p: f64 = Spec::number("0.3", 0.01, 0.99);
//!         /// Tosses of each run.
//!         tosses: u32 = Spec::integer("1000", 10.0, 10_000.0).log();
//!         /// Simulated runs.
//!         runs: u32 = Spec::integer("2048", 64.0, 65_536.0).log();
//!     }
//! }
//!
//! const MARKS: u32 = 10;
//!
//! struct Coin {
//!     params: Params,
//!     seed: u32,
//!     /// State of the runs between two marks, and the number of tosses so far.
//!     lanes: Carried<(Lanes<Tosses>, u32)>,
//!     /// Mean squared error and its standard error at each mark.
//!     errors: Vec<(f64, f64)>,
//! }
//!
//! impl Coin {
//!     fn tosses(&self, mark: usize) -> u32 {
//!         self.params.tosses * (mark as u32 + 1) / MARKS
//!     }
//! }
//!
//! impl Experiment for Coin {
//!     const SLUG: &'static str = "coin";
//!     const QUICK: &'static str = "runs=512";
//!     const MAIN: &'static [&'static str] = &["p", "tosses"];
//!     const KERNELS: &'static [Twin] = &[Twin::kernel::<Tosses>()];
//!     type Params = Params;
//!     // words.rs
//!     const INFO: Info = Info {
//!         title: "Coin",
//!         question: "How fast does the share of heads approach the bias of a coin?",
//!         notice: &["Four times the tosses halve the error."],
//!         model: &["Tosses are independent."],
//!         formulas: &[],
//!         sources: &[Source { text: "Bernoulli, Ars Conjectandi, 1713", url: "" }],
//!         presets: &[Preset { title: "A fair coin", query: "p=0.5" }],
//!     };
//!     const TEXTS: Templates = TEXTS;
//!     // claims.rs
//!     const CLAIMS: &'static [Claim] = &[Claim::formula("fair", 0.00025, "Mean squared error after 1000 tosses")
//!         .by("Bernoulli 1713", "the variance")
//!         .at("p=0.5")
//!         .pick(Pick::Verdict("error"))
//!         .within(0.0, "the interval is all that chance needs")];
//!
//!     fn start(params: Params, seed: u32) -> Result<Self> {
//!         Ok(Self { params, seed, lanes: Carried::default(), errors: Vec::new() })
//!     }
//!
//!     fn progress(&self) -> Progress {
//!         Progress::of(self.errors.len() as u32, MARKS)
//!     }
//!
//!     async fn advance(&mut self, exec: &Exec) -> Result<()> {
//!         let (p, place) = (self.params.p, self.errors.len() as u32);
//!         let mark = self.tosses(self.errors.len());
//!         let fresh = || (Lanes::zeroed(self.params.runs.div_ceil(LANES as u32), 1, Inputs::new(&[])), 0);
//!         let (mut lanes, done) = self.lanes.take(place).unwrap_or_else(fresh);
//!         let uniforms = Uniforms { seed: self.seed, heads: (p * 4_294_967_296.0) as u32, first: 0, steps: 0 };
//!         exec.advance(&mut lanes, &uniforms, done..mark).await?;
//!         let heads = exec.read(&mut lanes).await?.iter().flatten().take(self.params.runs as usize);
//!         let squares: Vec<f64> = heads.map(|&heads| (f64::from(heads) / f64::from(mark) - p).powi(2)).collect();
//!         // Recorded only when all of it is known.
//!         self.errors.push(mean_and_error(&squares));
//!         self.lanes.put((lanes, mark), place + 1 == MARKS);
//!         Ok(())
//!     }
//!
//!     fn output(&self) -> Output {
//!         let p = self.params.p;
//!         let n: Vec<f64> = (0..MARKS as usize).map(|mark| f64::from(self.tosses(mark))).collect();
//!         let interval = |(mean, error): (f64, f64)| [mean - 3.29 * error, mean + 3.29 * error];
//!         let mut points = Points::default();
//!         for (&n, &error) in n.iter().zip(&self.errors) {
//!             points.push(n, error.0, interval(error));
//!         }
//!         let theory = Series::theory("theory", LAW, n.clone(), n.iter().map(|&n| error(p, n)).collect());
//!         let figure = Figure::new("error", ERROR, Axis::log(TOSSED), Axis::log(SQUARED_ERROR))
//!             .series([theory.group("error")])
//!             .series(points.series("measured", SIMULATED).map(|series| series.group("error")));
//!         let last = self.errors.last().copied().unwrap_or((f64::NAN, f64::NAN));
//!         let (at_end, early) = (error(p, n[n.len() - 1]), error(p, n[0]));
//!         let verdict = Verdict::of("error", FALLS, last.0, Some(interval(last)), at_end, 0.0)
//!             .note(text!(AFTER, tosses = count(self.params.tosses)))
//!             .once(self.progress().finished())
//!             .against(early, MORE_RUNS);
//!         // Until something is measured, the answer says what theory predicts; then it says what was measured.
//!         let answer = match self.errors.last() {
//!             None => text!(WILL_BE, tosses = count(self.params.tosses), error = number(at_end)),
//!             Some(&(measured, _)) => text!(WAS, tosses = count(self.params.tosses), error = number(measured)),
//!         };
//!         Output { answer: Some(Answer::new(answer)), figures: vec![figure], tables: vec![], verdicts: vec![verdict] }
//!     }
//! }
//!
//! // tests.rs
//! let entry = Entry::of::<Coin>();
//! let params = Params::read(&query(entry.quick))?;
//! Coin::check(&params)?;
//! let mut coin = Coin::start(params, 1)?;
//! assert!(coin.output().verdicts[0].agrees.is_none(), "theory alone cannot tell");
//! while !coin.progress().finished() {
//!     pollster::block_on(coin.advance(&Exec::cpu()))?;
//! }
//! let output = coin.output();
//! assert_eq!(output.verdicts[0].agrees, Some(true), "{:?}", output.verdicts[0]);
//! assert_eq!(output.figures[0].series[1].x.len(), 10);
//!
//! let claim = &entry.claims[0];
//! let mut fair = Coin::start(Params::read(&claim.texts())?, claim.seed)?;
//! while !fair.progress().finished() {
//!     pollster::block_on(fair.advance(&Exec::cpu()))?;
//! }
//! assert!(claim.compare(&fair.output()).is_some_and(|found| found.as_expected));
//! # // `tests/wgsl.rs` and `tests/parity.rs` check this for every kernel.
//! # let suite = entry.kernels[0].suite.expect("a kernel")();
//! # let shader = naga::front::wgsl::parse_str(suite.wgsl).expect("a valid shader");
//! # assert_eq!(shader.entry_points[0].name, suite.name);
//! # assert_eq!(shader.entry_points[0].workgroup_size, [suite.lanes as u32, 1, 1]);
//! # assert_eq!(suite.cases.len(), 1);
//! # Ok(())
//! # }
//! ```

mod claim;
pub(crate) mod experiment;
pub mod fits;
pub mod legs;
pub mod race;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod testing;
pub(crate) mod words;

pub use claim::{Claim, File, Origin, Pick, Reproduced};
pub use experiment::{Budget, Entry, Experiment, Part, Run};
pub use words::{Formula, Info, Preset, Source};
