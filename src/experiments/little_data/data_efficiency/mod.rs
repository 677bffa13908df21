//! How many times the data of one training recipe is another recipe worth?
//!
//! Model: the loss of each recipe falls with its unique data D as `L = A / D^alpha + E`. Each law is fitted to the runs
//! of one recipe: from the user's table, from simulated runs of two recipes with known laws, or from toy models
//! ([`crate::theory::lottery_ridge`]) that are trained with two recipes. At D, the other recipe is
//! worth `D_eff / D` times the data, where the law of the reference recipe reaches with `D_eff` the loss that the other
//! recipe has at D. Prediction: with equal exponents and floors the multiple does not depend on D, and the fit finds the
//! multiple of the simulation again. For toy models, it finds the multiple of many other draws of the data. Falsifier: an
//! interval of the multiple that excludes that multiple.

use std::rc::Rc;

use recipes::Recipes;
use run::Stage;

use crate::error::Result;
use crate::exec::{Exec, Twin};
use crate::fit::Fit;
use crate::fit::bootstrap::Bootstrap;
use crate::fit::runs::Rule;
use crate::kit::fits::{ROLES_RECIPES, parts};
use crate::kit::{Budget, Claim, Experiment, Info};
use crate::output::{Output, Progress};
use crate::params::{Choice, Spec};
use crate::table::Table;
use crate::text::Templates;
use crate::theory::data_efficiency::DataLaw;

mod answer;
mod claims;
mod figures;
mod models;
mod published;
mod recipes;
mod run;
mod tables;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod verdicts;
mod words;

crate::params! {
    /// What can be asked.
    pub struct Params {
        /// Amount of data at which the two recipes are compared. You can drag this point along the curve of the other recipe. If it is more than 10 times outside the data of the runs, the smallest amount of data in the runs is used instead.
        amount: f64 = Spec::number("2e8", 1e-3, 1e18).log().label("amount of data");
        /// Which runs are compared if you give no table. Simulated runs follow two known laws and have noise. Toy models and toy ensembles are those of the “lottery ridge”: a standard recipe is compared with regularised models, or with endless ensembles of such models.
        source: &'static str = Spec::choice("laws", SOURCES);
        /// Number of draws of the data of toy models. Each draw gives one run of each recipe at each number of samples. Simulated runs have no draws.
        draws: u32 = Spec::integer("24", 8.0, 100.0).log().unit("draws");
        /// Simulated loss of the other recipe at $10^9$ tokens, minus its floor. A smaller number makes the other recipe better.
        other_factor: f64 = Spec::number("0.878", 0.01, 100.0).log().label("factor (other)");
        /// Exponent with which the simulated loss of the other recipe falls with its data. If it differs from the exponent of the reference, the multiple depends on the data.
        other_exponent: f64 = Spec::number("0.2306", 0.05, 1.5).log().label("exponent (other)");
        /// Loss of the other recipe in the simulation that no amount of data removes.
        other_floor: f64 = Spec::number("1.9115", 0.0, 10.0).label("floor (other)");
        /// Simulated loss of the reference recipe at $10^9$ tokens, minus its floor.
        factor: f64 = Spec::number("1.282", 0.01, 100.0).log().label("factor (reference)");
        /// Exponent with which the simulated loss of the reference recipe falls with its data.
        exponent: f64 = Spec::number("0.2306", 0.05, 1.5).log().label("exponent (reference)");
        /// Loss of the reference recipe in the simulation that no amount of data removes.
        floor: f64 = Spec::number("1.9115", 0.0, 10.0).label("floor (reference)");
        /// Smallest amount of data of the simulated runs. Each further size has twice as much.
        smallest: f64 = Spec::number("2e8", 1e3, 1e12).log().unit("tokens");
        /// Number of amounts of data for which runs of each recipe are simulated.
        sizes: u32 = Spec::integer("6", 4.0, 16.0);
        /// Number of simulated runs of each recipe at each amount of data.
        runs: u32 = Spec::integer("4", 1.0, 50.0).unit("runs");
        /// Standard deviation of the noise of a simulated run, as a share of its loss.
        noise: f64 = Spec::number("0.001", 0.0, 0.1);
        /// Name of the reference recipe, whose data are the unit of the multiple. If this is empty, the first recipe of the table is the reference.
        reference: String = Spec::text(100);
        /// Which column of your table holds which quantity. Common headings are recognised; assign other columns here. The column x holds the amount of data.
        columns: String = Spec::columns(ROLES_RECIPES);
        /// Rows to leave out, as rules separated by commas, such as `missing`, `loss>6` or `recipe=draft`.
        exclude: String = Spec::text(400).label("leave out");
        /// Number of bootstrap resamples. Each resample draws runs of both recipes anew and fits both laws, which gives the intervals. 0 turns this off.
        bootstrap: u32 = Spec::integer("1000", 0.0, 10_000.0);
    }
}

const SOURCES: &[Choice] = &[
    Choice { value: "laws", label: "two known laws" },
    Choice { value: "regularised", label: "toy models" },
    Choice { value: "joint", label: "toy ensembles" },
];

/// The experiment `data-efficiency`.
pub struct DataEfficiency {
    seed: u32,
    recipes: Recipes,
    /// Amount of data at which the recipes are compared.
    data: f64,
    /// The user's amount of data, if it is too far from the runs to be used.
    replaced: Option<f64>,
    /// Whether the user gave rules for leaving out rows, but no table.
    idle_rules: bool,
    stages: Vec<Stage>,
    done: usize,
    fits: Vec<Fit>,
    bootstraps: Vec<Bootstrap>,
    /// The laws of both recipes in each bootstrap resample, the reference first.
    refits: Vec<[DataLaw; 2]>,
}

/// Largest factor by which the amount of data may lie outside the data of the runs.
const FAR: f64 = 10.0;

impl Experiment for DataEfficiency {
    const SLUG: &'static str = "data-efficiency";
    const INFO: Info = words::INFO;
    const TEXTS: Templates = words::TEXTS;
    const CLAIMS: &'static [Claim] = claims::CLAIMS;
    const DATA: &'static str = "A line of headings, then one run per line: its amount of unique data, its loss, and the name of its recipe. There must be two recipes.";
    const QUICK: &'static str = "bootstrap=100&runs=3&draws=8";
    const KERNELS: &'static [Twin] = &[Twin::job::<crate::sim::recipes::Recipes>()];
    const MAIN: &'static [&'static str] = &["source", "other-factor"];
    const FIRST: &'static [&'static str] =
        &["other-factor=1.282", "other-exponent=0.3", "noise=0.01", "amount=1e9", "source=joint"];
    /// A default run searches and resamples, so it fetches the fitter.
    const BUDGET: Budget = Budget { ready: 120_000, run: 260_000 };
    type Params = Params;

    /// The simulated runs of the default setting, with headings that the page recognises.
    #[cfg(not(target_arch = "wasm32"))]
    fn example() -> String {
        let params = <Params as crate::params::Params>::read(&Vec::new()).expect("the defaults are valid");
        let recipes = Recipes::new(&params, None, 1).expect("the defaults are valid");
        let rows = recipes.names.iter().zip(&recipes.problems).flat_map(|(name, problem)| {
            let data = &problem.data;
            (0..data.len()).map(move |i| format!("{},{:.4},{}\n", data.input(i)[0], data.y[i], name.english()))
        });
        std::iter::once("data,loss,recipe\n".to_owned()).chain(rows).collect()
    }

    fn check(params: &Params) -> Result<()> {
        parts(&params.exclude).into_iter().try_for_each(|rule| Rule::parse(rule).map(drop))
    }

    fn check_on(params: &Params, table: Option<&Rc<Table>>) -> Result<()> {
        Self::check(params)?;
        Recipes::new(params, table.map(Rc::as_ref), 1).map(drop)
    }

    fn start(params: Params, seed: u32) -> Result<Self> {
        Self::start_on(params, None, seed)
    }

    fn start_on(params: Params, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        let recipes = Recipes::new(&params, table.as_deref(), seed)?;
        let [lo, hi] = recipes.ends();
        let near = lo / FAR..=hi * FAR;
        // With the smallest amount, the distance ends most likely within the runs of the reference.
        let data = if near.contains(&params.amount) { params.amount } else { lo };
        Ok(Self {
            seed,
            data,
            replaced: (data != params.amount).then_some(params.amount),
            idle_rules: table.is_none() && !params.exclude.trim().is_empty(),
            stages: run::stages(&params, recipes.models.is_some()),
            recipes,
            done: 0,
            fits: Vec::new(),
            bootstraps: Vec::new(),
            refits: Vec::new(),
        })
    }

    fn progress(&self) -> Progress {
        Progress::of(self.done as u32, self.stages.len() as u32).by_work(|| self.work())
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        self.next(exec).await
    }

    fn output(&self) -> Output {
        let laws = self.laws();
        // Laws that the runs do not show have no multiple.
        let sound = laws.filter(|_| self.stuck().is_none());
        let mut figures = vec![self.curves(laws, sound)];
        figures.extend(self.multiples(sound));
        figures.extend(published::figures());
        let mut output =
            Output { answer: Some(self.answer(laws)), figures, tables: self.tables(laws, sound), verdicts: Vec::new() };
        if let Some(laws) = laws {
            output.verdicts = self.verdicts(laws);
        }
        output
    }
}
