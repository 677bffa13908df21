//! Fits a law to runs, one checkpoint at a time. All pages of fits share this module.
//!
//! The runs come from the user's table, or are simulated from an example of the law. First, a search looks for the
//! lowest minimum of the objective. Then follow a fit without the largest runs, fits of other laws, refits of bootstrap
//! resamples, and a profile of each parameter. All of this is arithmetic on the CPU. The work is divided into portions,
//! and the event loop has a turn between two portions, because the user must be able to cancel a long fit.
//!
//! Code that is needed only for a finished search, a table or an error is in functions that are never inlined. The page
//! downloads them after it has opened the experiment; an inlined function would be part of the first download.

use std::marker::PhantomData;
use std::rc::Rc;

use report::{Compared, Study};

use super::legs::Carried;
use super::{Budget, Claim, Experiment, Info};
use crate::error::{Error, ErrorKind, Result};
use crate::exec::Exec;
use crate::fit::bootstrap::Bootstrap;
use crate::fit::choose;
use crate::fit::derived::Ask;
use crate::fit::profile::{Profile, silent};
use crate::fit::runs::{Columns, Rule, Runs, runs};
use crate::fit::{Data, Entry, Fit, Input, Objective, Problem, Residual, Role, Search};
use crate::output::{Output, Progress};
use crate::params::{Choice, Params};
use crate::table::Table;
use crate::text;
use crate::text::{Templates, Text, list, name, setting};

pub mod report;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
pub(crate) mod words;

/// The text templates that all pages of fits share.
pub const TEXTS: Templates = words::TEXTS;

/// Number of checkpoints into which the search is divided.
const SEARCHES: usize = 5;
/// Number of checkpoints into which the bootstrap is divided.
const BATCHES: u32 = 10;
/// Number of points that are added to a profile for its figure. The points that find the endpoints of its interval come
/// first.
const FILL: u32 = 10;
/// Largest number of runs that figures show.
const SHOWN: usize = 10_000;
/// Run index with which the noise of simulated runs is drawn. With this index and the default seed, the intervals on
/// every page contain the true parameters; a note on the page says so.
const SIMULATED: u32 = 1;
/// Number of refits that are computed between two turns of the event loop.
const PORTION: u32 = if cfg!(target_arch = "wasm32") { 4 } else { 256 };

const fn choice(value: &'static str, label: &'static str) -> Choice {
    Choice { value, label }
}

const fn role(role: Role) -> Choice {
    choice(role.name(), role.words())
}

/// The roles that a column may have in a table for the Chinchilla law (loss against parameters and tokens).
pub const ROLES: &[Choice] =
    &[role(Role::Loss), role(Role::Params), role(Role::Tokens), role(Role::Flops), role(Role::Run), role(Role::Weight)];

/// The roles that a column may have in a table for a law of repeated data.
pub const ROLES_REPEATED: &[Choice] = &[
    role(Role::Loss),
    role(Role::Params),
    role(Role::Tokens),
    role(Role::Unique),
    role(Role::Epochs),
    role(Role::Flops),
    role(Role::Run),
    role(Role::Weight),
];

/// The roles that a column may have in a table of two recipes.
pub const ROLES_RECIPES: &[Choice] =
    &[role(Role::X), role(Role::Loss), role(Role::Recipe), role(Role::Run), role(Role::Weight)];

/// The roles that a column may have in a table for one law, whichever it is: all but the recipe.
pub const ROLES_ALL: &[Choice] = &{
    let mut list = [choice("", ""); Role::ALL.len() - 1];
    let (mut k, mut from) = (0, 0);
    while k < list.len() {
        if !matches!(Role::ALL[from], Role::Recipe) {
            list[k] = role(Role::ALL[from]);
            k += 1;
        }
        from += 1;
    }
    list
};

/// The objectives that a fit can minimise.
pub const OBJECTIVES: &[Choice] = &[
    choice("usual", "the usual objective of the law"),
    choice("huber", "Huber's function of the residuals"),
    choice("l1", "absolute residuals"),
    choice("squares", "squared residuals"),
];

/// The quantities whose residuals a fit can take: the loss or its logarithm.
pub const RESIDUALS: &[Choice] = &[
    choice("usual", "the usual residuals of the law"),
    choice("log", "residuals of the logarithm of the loss"),
    choice("plain", "residuals of the loss itself"),
];

/// The two choices of an option that is on or off.
pub const SWITCH: &[Choice] = &[choice("no", "no"), choice("yes", "yes")];

/// The parameters that all pages of fits have.
#[derive(Clone, Debug)]
pub struct Common {
    /// Which column has which role, as items `role:heading` separated by commas.
    pub columns: String,
    /// Rules that select the rows to leave out.
    pub exclude: String,
    /// Which parameters of the law are held fixed, at which values, and which are freed.
    pub fixed: String,
    /// The objective that the fit minimises.
    pub objective: &'static str,
    /// The residual at which Huber's function changes from squares to absolute values.
    pub huber_delta: f64,
    /// The quantity whose residuals are taken: the loss or its logarithm.
    pub residual: &'static str,
    /// Number of bootstrap resamples.
    pub bootstrap: u32,
    /// Whether profiles are computed: `yes` or `no`.
    pub profiles: &'static str,
    /// What to compute from the fit in addition to the parameters, such as the best split of a compute budget.
    pub ask: Ask,
    /// Number of runs to simulate if no table is given.
    pub rows: u32,
    /// Standard deviation of the noise of simulated runs.
    pub noise: f64,
    /// Whether the user's runs are compared with published parameters: `yes` or `no`.
    pub published: &'static str,
}

/// Declares the parameters of a page of fits: first those of this page alone, then those that all pages of fits have.
macro_rules! fit_params {
    ($name:ident, columns $roles:ident, budget $budget:literal, unique $unique:literal { $($own:tt)* }) => {
        $crate::params! {
            /// The parameters of the page.
            pub struct $name {
                $($own)*
                /// Which column of your table holds which quantity. Common headings are recognised; assign other columns here.
                columns: String = $crate::params::Spec::columns($crate::kit::fits::$roles);
                /// Rows to leave out, as rules separated by commas: `missing` (rows in which a number that the fit needs is missing), `largest=COUNT` (the COUNT rows with the largest losses), or `COLUMN<VALUE` with one of the signs `<`, `<=`, `>`, `>=`, `=` and `!=`. Name a column by its heading or by its role, such as `loss`.
                exclude: String = $crate::params::Spec::text(400).label("leave out");
                /// Objective that the fit minimises.
                objective: &'static str = $crate::params::Spec::choice("usual", $crate::kit::fits::OBJECTIVES);
                /// Parameter $\delta$ of Huber's function: residuals up to $\delta$ count by their square, larger ones by their absolute value.
                huber_delta: f64 = $crate::params::Spec::number("0.001", 1e-6, 10.0).log().was(&["huber"]).label("Huber δ");
                /// Compute budget $C = 6ND$ to divide between $N$ parameters and $D$ tokens.
                budget: f64 = $crate::params::Spec::number($budget, 1e12, 1e30).log().unit("FLOPs");
                /// Number of bootstrap resamples. The law is refitted to each of them, which gives the bootstrap intervals. 0 turns this off.
                bootstrap: u32 = $crate::params::Spec::integer("400", 0.0, 10_000.0).unit("refits");
                /// Number of runs to simulate if you give no table.
                rows: u32 = $crate::params::Spec::integer("160", 12.0, 4000.0).log().unit("runs").label("simulated runs");
                /// Standard deviation of the noise of the simulated runs. The noise is added to the loss for laws that are usually fitted to the loss itself, and to the logarithm of the loss for all other laws. The choice of residuals does not change this.
                noise: f64 = $crate::params::Spec::number("0.01", 1e-4, 0.3).log();
                /// Whether a residual is a difference of logarithms of the loss, which is a relative error, or a difference of losses.
                residual: &'static str = $crate::params::Spec::choice("usual", $crate::kit::fits::RESIDUALS).label("residuals");
                /// Parameters to hold fixed, separated by commas: NAME to hold a parameter at the published value, NAME=VALUE to hold it at another value, or NAME=free to free one that is usually held fixed.
                fixed: String = $crate::params::Spec::text(400).was(&["hold"]);
                /// Whether to compute the profile of each parameter. A profile holds the parameter fixed at many values, fits the others at each value, and so shows which values the runs allow.
                profiles: &'static str = $crate::params::Spec::choice("yes", $crate::kit::fits::SWITCH);
                /// Whether to compare the runs of your table with published parameters of the law. Simulated runs are always compared.
                published: &'static str = $crate::params::Spec::choice("no", $crate::kit::fits::SWITCH).label("compare with published fits");
                /// Number of unique tokens available. Training on more tokens repeats them.
                unique_tokens: f64 = $crate::params::Spec::number($unique, 1e3, 1e16).log().unit("tokens").was(&["have"]);
                /// Target loss. The results then show how many tokens a model of the given size needs to reach the target. 0 turns this off.
                target_loss: f64 = $crate::params::Spec::number("0", 0.0, 100.0).was(&["reach"]);
                /// Number of parameters of the model that must reach the target loss.
                model_size: f64 = $crate::params::Spec::number("1e9", 1e3, 1e14).log().unit("parameters").was(&["size"]);
            }
        }

        impl $name {
            fn common(&self) -> $crate::kit::fits::Common {
                $crate::kit::fits::Common {
                    columns: self.columns.clone(),
                    exclude: self.exclude.clone(),
                    fixed: self.fixed.clone(),
                    objective: self.objective,
                    huber_delta: self.huber_delta,
                    residual: self.residual,
                    bootstrap: self.bootstrap,
                    profiles: self.profiles,
                    ask: $crate::fit::derived::Ask {
                        compute: Some(self.budget),
                        unique: Some(self.unique_tokens),
                        loss: Some(self.target_loss).filter(|loss| *loss > 0.0),
                        params: Some(self.model_size),
                        epochs: None,
                    },
                    rows: self.rows,
                    noise: self.noise,
                    published: self.published,
                }
            }
        }
    };
}
pub(crate) use fit_params;

/// A page of fits: its texts, its parameters, and the laws that it fits.
pub trait Page: 'static {
    /// See [`Experiment::SLUG`].
    const SLUG: &'static str;
    /// See [`Experiment::INFO`].
    const INFO: Info;
    /// The text templates of this page alone. The templates that all pages of fits share are in [`TEXTS`].
    const TEXTS: Templates;
    /// See [`Experiment::CLAIMS`].
    const CLAIMS: &'static [Claim];
    /// See [`Experiment::DATA`].
    const DATA: &'static str;
    /// See [`Experiment::MAIN`].
    const MAIN: &'static [&'static str];
    /// The parameters of the page, declared by `fit_params`.
    type Params: Params;

    /// The values of those parameters that all pages of fits have.
    fn common(params: &Self::Params) -> Common;

    /// The law to fit, and the laws to compare it with.
    ///
    /// # Errors
    /// The parameters name an unknown law.
    fn forms(params: &Self::Params) -> Result<(Form, Vec<Form>)>;
}

/// The experiment behind a page of fits.
#[derive(Debug)]
pub struct Fits<P> {
    fitting: Fitting,
    page: PhantomData<P>,
}

impl<P: Page> Experiment for Fits<P> {
    const SLUG: &'static str = P::SLUG;
    const INFO: Info = P::INFO;
    const TEXTS: Templates = P::TEXTS;
    const QUICK: &'static str = "bootstrap=100&rows=60";
    const MAIN: &'static [&'static str] = P::MAIN;
    const CLAIMS: &'static [Claim] = P::CLAIMS;
    const DATA: &'static str = P::DATA;
    /// A default run searches, resamples and profiles, so it fetches the whole fitter. The first figure needs the laws.
    const BUDGET: Budget = Budget { ready: 120_000, run: 263_000 };
    type Params = P::Params;

    /// The simulated runs of the default setting, with headings that the page recognises.
    #[cfg(not(target_arch = "wasm32"))]
    fn example() -> String {
        let params = P::Params::read(&Vec::new()).expect("the defaults are valid");
        let (form, _) = P::forms(&params).expect("the default law exists");
        let (law, Common { rows, noise, .. }) = (form.law, P::common(&params));
        let example = &law.info.example;
        let inputs: Vec<Vec<f64>> = (0..rows).map(|i| example.inputs(law, i, rows)).collect();
        let runs = Data::simulated(law, example.values, &inputs, noise, 1, SIMULATED);
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let headings = law.info.inputs.iter().map(|input| input.role).chain([Role::Loss]);
        let rows = inputs.iter().zip(&runs.y).map(|(x, y)| {
            // Six digits tell as much as the noise leaves, and people can read them.
            line(
                x.iter()
                    .chain([y])
                    .map(|v| format!("{v:.5e}").parse::<f64>().unwrap_or(f64::NAN).to_string())
                    .collect(),
            )
        });
        std::iter::once(line(headings.map(|role| role.name().to_owned()).collect())).chain(rows).collect()
    }

    fn check(params: &P::Params) -> Result<()> {
        Asked::new(&P::forms(params)?.0, &P::common(params)).map(drop)
    }

    fn check_on(params: &P::Params, table: Option<&Rc<Table>>) -> Result<()> {
        let Some(table) = table else { return Self::check(params) };
        // Only reading the runs shows whether the law can be fitted to the table.
        let (form, others) = P::forms(params)?;
        Fitting::new(&form, &others, &P::common(params), Some(Rc::clone(table)), 0).map(drop)
    }

    fn start(params: P::Params, seed: u32) -> Result<Self> {
        Self::start_on(params, None, seed)
    }

    fn start_on(params: P::Params, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        let (form, others) = P::forms(&params)?;
        let fitting = Fitting::new(&form, &others, &P::common(&params), table, seed)?;
        Ok(Self { fitting, page: PhantomData })
    }

    fn progress(&self) -> Progress {
        self.fitting.progress()
    }

    async fn advance(&mut self, exec: &Exec) -> Result<()> {
        self.fitting.advance(exec).await
    }

    fn output(&self) -> Output {
        self.fitting.output()
    }
}

/// A law with the treatment of its parameters: free, or held fixed at a value.
#[derive(Clone, Debug)]
pub struct Form {
    /// The name of the form in tables.
    pub name: &'static str,
    /// The law.
    pub law: &'static Entry,
    /// The parameters that are not treated as usual for the law, each with its index. `Some` is the value at which the
    /// parameter is held fixed; `None` means that it is freed.
    pub held: Vec<(usize, Option<f64>)>,
}

impl Form {
    /// The law, with every parameter treated as usual.
    pub fn of(law: &'static Entry) -> Self {
        Self { name: law.info.slug, law, held: Vec::new() }
    }
}

/// A stage of a fit; each stage is one checkpoint.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Search(usize),
    Largest,
    Other(usize),
    Refits(u32, u32),
    Profile(usize),
}

/// A fit in progress.
#[derive(Debug)]
pub struct Fitting {
    seed: u32,
    problem: Problem,
    /// The problem that figures show: the law with all runs, or with a selection of them if there are more than
    /// [`SHOWN`].
    shown: Problem,
    /// Rows that were left out: for each, the number of its line and the rule, as the user typed it.
    excluded: Vec<(usize, String)>,
    /// For each row, the number of its line in the table.
    lines: Vec<usize>,
    /// Phrases that say which column has which role.
    how: Vec<Text>,
    /// Name of the only input: the heading of the user's column, or what the simulated runs call it.
    heading: Option<Text>,
    /// Sentences about unusual properties of the columns.
    notes: Vec<Text>,
    /// Number of runs. Several rows may belong to one run.
    runs: usize,
    simulated: bool,
    resampled: bool,
    published: bool,
    ask: Ask,
    others: Vec<(&'static str, Result<Problem>)>,
    stages: Vec<Stage>,
    done: usize,
    /// State of the search while it is in progress.
    search: Carried<Search>,
    fit: Option<Fit>,
    bootstrap: Option<Bootstrap>,
    largest: Option<choose::Extrapolation>,
    compared: Vec<Compared>,
    refits: Vec<Vec<f64>>,
    profiles: Vec<(usize, Profile)>,
}

/// A function that returns the runs with the inputs that a law needs.
type Reader = Box<dyn Fn(&Entry) -> Result<Runs>>;

/// Makes a [`Reader`] of the runs in a table; `columns` is what the user typed about the columns. The page downloads
/// the code that only this function needs when the user gives a table: `www/pieces.mjs` knows the function by its name.
#[inline(never)]
fn reads_table(table: Rc<Table>, columns: &str, rules: Vec<Rule>, objective: Objective) -> Result<Reader> {
    let columns = Columns::read(columns, &table)?;
    Ok(Box::new(move |law| runs(law, &table, &columns, objective, &rules)))
}

/// Makes a [`Reader`] of runs that are simulated from the example of a law. The inputs of the runs are evenly spread
/// over the ranges that the example gives.
fn simulated(law: &'static Entry, rows: u32, noise: f64, seed: u32, objective: Objective) -> Reader {
    let example = &law.info.example;
    let inputs: Vec<Vec<f64>> = (0..rows).map(|i| example.inputs(law, i, rows)).collect();
    let made = Data::simulated(law, example.values, &inputs, noise, seed, SIMULATED);
    let known = law.info.inputs;
    let columns: Vec<Vec<f64>> = (0..known.len()).map(|k| inputs.iter().map(|x| x[k]).collect()).collect();
    let lines: Vec<usize> = (1..=made.len()).collect();
    let heading = example.x.map(Text::from);
    Box::new(move |law| {
        let place = |input: &Input| known.iter().position(|known| known.role == input.role);
        let Some(places) = law.info.inputs.iter().map(place).collect::<Option<Vec<_>>>() else {
            return lacks_input(law, known, &columns, &made.y, objective);
        };
        let x: Vec<&[f64]> = places.into_iter().map(|k| columns[k].as_slice()).collect();
        let data = Data::new(law, &x, &made.y, objective.residual, Some(&lines))?;
        let heading = heading.clone();
        Ok(Runs { data, lines: lines.clone(), excluded: Vec::new(), how: Vec::new(), heading, notes: Vec::new() })
    })
}

/// Returns an error because simulated runs have no value for some input of `law`. It is the error that a table without
/// this input gives.
#[inline(never)]
fn lacks_input(law: &Entry, known: &[Input], x: &[Vec<f64>], y: &[f64], objective: Objective) -> Result<Runs> {
    let inputs = known.iter().zip(x).map(|(input, x)| (input.role.name(), x.clone()));
    let table = Table::of(inputs.chain([(Role::Loss.name(), y.to_vec())]).collect());
    reads_table(Rc::new(table), "", Vec::new(), objective)?(law)
}

/// The items of a comma-separated list, without the spaces around them. Empty items are dropped.
pub fn parts(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Reads an item of the parameter `fixed`: the index of a parameter, and the value at which it is held fixed, or `None` if
/// it is freed.
#[inline(never)]
fn hold(law: &Entry, asked: &str) -> Result<(usize, Option<f64>)> {
    let (wanted, value) = asked.split_once('=').map_or((asked, None), |(n, v)| (n.trim(), Some(v.trim())));
    let allowed = |_| {
        let names = law.info.params.iter().map(|param| Text::verbatim(param.name)).collect();
        Error::parameter("fixed", asked, text!(words::FIXED_NAMES, parameters = list(names)))
    };
    let j = law.param(wanted).map_err(allowed)?;
    let published = law.info.published.first().map_or(law.info.params[j].start, |p| p.values[j]);
    match value {
        None => Ok((j, Some(published))),
        Some("free") => Ok((j, None)),
        Some(text) => {
            let [lo, hi] = law.info.params[j].bounds;
            let inside = |value: &f64| (lo..=hi).contains(value);
            let refused = || {
                let allowed = if lo.is_finite() {
                    let [least, most] = [lo, hi].map(setting);
                    text!(words::FIXED_BETWEEN, least = least, most = most, parameter = name(wanted))
                } else {
                    text!(words::FIXED_NUMBER, parameter = name(wanted))
                };
                Error::parameter("fixed", asked, allowed)
            };
            Ok((j, Some(crate::params::to_number(text).filter(inside).ok_or_else(refused)?)))
        }
    }
}

/// The error for two items of the parameter `fixed` that name the same parameter of the law.
#[inline(never)]
fn fixed_twice(first: &str, second: &str, parameter: &str) -> Error {
    let [first, second, parameter] = [first, second, parameter].map(name);
    let message = text!(words::FIXED_TWICE, first = first, second = second, parameter = parameter);
    Error::new(ErrorKind::Parameter, message).blaming("fixed")
}

impl Common {
    fn objective(&self, law: &Entry) -> Objective {
        let usual = law.info.objective;
        let delta = match self.objective {
            "huber" => self.huber_delta,
            "l1" => 0.0,
            "squares" => f64::INFINITY,
            // Where the usual objective has a delta, `huber-delta` sets it.
            _ if usual.delta.is_infinite() => usual.delta,
            _ => self.huber_delta,
        };
        let residual = match self.residual {
            "log" => Residual::Log,
            "plain" => Residual::Plain,
            _ => usual.residual,
        };
        Objective { residual, delta }
    }

    /// The parameters of the law that the user holds fixed or frees, each with its index. `Some` is the value at which
    /// the parameter is held fixed; `None` means that it is freed.
    fn held(&self, law: &Entry) -> Result<Vec<(usize, Option<f64>)>> {
        let mut held: Vec<(usize, Option<f64>)> = Vec::new();
        let items = parts(&self.fixed);
        for asked in &items {
            let (j, value) = hold(law, asked)?;
            if let Some(place) = held.iter().position(|(known, _)| *known == j) {
                return Err(fixed_twice(items[place], asked, law.info.params[j].name));
            }
            held.push((j, value));
        }
        Ok(held)
    }
}

/// What the parameters of a page ask for, before any run has been read.
struct Asked<'a> {
    objective: Objective,
    /// The parameters that are not treated as usual for the law, each with its index. `Some` is the value at which the
    /// parameter is held fixed; `None` means that it is freed.
    held: Vec<(usize, Option<f64>)>,
    /// The rules for leaving rows out, as the user typed them; `rules` contains them parsed.
    texts: Vec<&'a str>,
    rules: Vec<Rule>,
}

impl<'a> Asked<'a> {
    fn new(form: &Form, common: &'a Common) -> Result<Self> {
        let texts = parts(&common.exclude);
        let rules = texts.iter().map(|rule| Rule::parse(rule)).collect::<Result<_>>()?;
        Ok(Self { objective: common.objective(form.law), held: common.held(form.law)?, texts, rules })
    }
}

impl Fitting {
    /// Reads the runs from the table, or simulates them if there is no table, and lists the stages of the fit.
    ///
    /// # Errors
    /// A rule, a column or a name cannot be used, or the law cannot be fitted to the runs. If a line of the table is to
    /// blame, the message names it.
    pub fn new(form: &Form, others: &[Form], common: &Common, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        let law = form.law;
        let Asked { objective, held, texts, rules } = Asked::new(form, common)?;
        let from = table.is_some();
        // Where there is no table, settings about its columns and rows have no effect.
        let read = match table {
            Some(table) => reads_table(table, &common.columns, rules, objective)?,
            None => simulated(law, common.rows, common.noise, seed, objective),
        };
        let problem = |form: &Form, data: Data, more: &[(usize, Option<f64>)]| -> Result<Problem> {
            let mut problem = Problem::new(form.law, data);
            problem.objective = objective;
            form.held.iter().chain(more).try_fold(problem, |problem, (j, value)| problem.hold(*j, *value))
        };
        let Runs { data, lines, excluded, how, heading, mut notes } = read(law)?;
        let excluded = excluded.iter().map(|(line, rule)| (*line, texts[*rule].to_owned())).collect();
        // No simulated run is left out.
        if !from && !texts.is_empty() {
            notes.push(words::EXCLUDE_UNUSED.into());
        }
        let problem_of = problem(form, data, &held)?;
        let others: Vec<_> = others
            .iter()
            .map(|form| (form.name, read(form.law).and_then(|found| problem(form, found.data, &[]))))
            .collect();

        let free = (0..law.len()).filter(|&j| problem_of.held[j].is_none() && common.profiles == "yes");
        let batch = common.bootstrap.div_ceil(BATCHES).max(1);
        let batches = (0..common.bootstrap).step_by(batch as usize);
        let mut stages: Vec<Stage> = (0..SEARCHES).map(Stage::Search).collect();
        stages.push(Stage::Largest);
        stages.extend((0..others.len()).map(Stage::Other));
        stages.extend(batches.map(|from| Stage::Refits(from, common.bootstrap.min(from + batch))));
        stages.extend(free.map(Stage::Profile));
        let many = problem_of.data.len() > SHOWN;
        Ok(Self {
            seed,
            shown: if many { problem_of.over(problem_of.data.thinned(SHOWN)) } else { problem_of.clone() },
            excluded,
            lines,
            how,
            heading,
            notes,
            runs: if from { problem_of.data.runs().len() } else { problem_of.data.len() },
            simulated: !from,
            problem: problem_of,
            resampled: common.bootstrap > 0,
            published: common.published == "yes",
            ask: common.ask,
            others,
            stages,
            done: 0,
            search: Carried::default(),
            fit: None,
            bootstrap: None,
            largest: None,
            compared: Vec::new(),
            refits: Vec::new(),
            profiles: Vec::new(),
        })
    }

    /// Number of stages of the fit that are done, and number of all stages.
    pub fn progress(&self) -> Progress {
        Progress::of(self.done as u32, self.stages.len() as u32).by_work(|| self.work())
    }

    /// Work of the stages that are done, and work of all stages, in refits of a resample. The weights are means over the
    /// laws of the lab; a single stage may need three times as much.
    #[inline(never)]
    fn work(&self) -> [f64; 2] {
        let weight = |stage: &Stage| match *stage {
            Stage::Search(_) => 12.0,
            Stage::Largest => 40.0,
            Stage::Other(_) => 300.0,
            Stage::Refits(from, to) => f64::from(to - from),
            Stage::Profile(_) => 200.0,
        };
        [&self.stages[..self.done], &self.stages[..]].map(|stages| stages.iter().map(weight).sum())
    }

    /// Searches for the lowest minimum of the objective. The event loop has a turn between two portions of the work.
    async fn search(&self, problem: &Problem, exec: &Exec) -> Result<Fit> {
        let mut search = Search::new(problem.clone(), self.seed)?;
        loop {
            let (done, all) = search.advance()?;
            if done >= all {
                return search.finish();
            }
            exec.breathe().await;
        }
    }

    /// Fits the law to all runs but the largest, and measures how well this fit predicts the largest ones. Returns
    /// `None` if too few runs remain for the fit.
    async fn largest(&self, problem: &Problem, exec: &Exec) -> Result<Option<choose::Extrapolation>> {
        let Some((small, large)) = choose::without_largest(problem) else { return Ok(None) };
        let fit = self.search(&small, exec).await?;
        Ok(Some(choose::judge(&large, &fit)))
    }

    /// Performs the next stage of the fit.
    ///
    /// # Errors
    /// The objective is not finite at any of the parameters that were tried.
    pub async fn advance(&mut self, exec: &Exec) -> Result<()> {
        match (self.stages[self.done], &self.fit) {
            (Stage::Search(k), _) => {
                let begun = self.search.take(k as u32);
                let mut search = begun.map_or_else(|| Search::new(self.problem.clone(), self.seed), Ok)?;
                let share = |(done, all): (usize, usize)| done * SEARCHES >= all * (k + 1);
                while !share(search.advance()?) {
                    exec.breathe().await;
                }
                if k + 1 < SEARCHES {
                    self.search.put(search, false);
                } else {
                    let fit = search.finish()?;
                    self.bootstrap = Some(Bootstrap::new(&self.problem, &fit, self.seed));
                    self.fit = Some(fit);
                }
            }
            (Stage::Largest, _) => self.largest = self.largest(&self.problem, exec).await?,
            (Stage::Other(k), _) => {
                let (name, problem) = &self.others[k];
                let compared = match problem {
                    Err(error) => Compared::failed(name, error.text()),
                    Ok(problem) => match self.search(problem, exec).await {
                        Err(error) => Compared::failed(name, error.text()),
                        Ok(fit) => Compared::of(name, problem, &fit, self.largest(problem, exec).await?.as_ref()),
                    },
                };
                self.compared.push(compared);
            }
            // Without noise resamples show nothing.
            (Stage::Refits(..), Some(fit)) if silent(&self.problem, fit).is_some() => {}
            (Stage::Refits(from, to), _) => {
                let Some(bootstrap) = &self.bootstrap else { return Ok(()) };
                let mut refits = Vec::new();
                for first in (from..to).step_by(PORTION as usize) {
                    refits.extend(bootstrap.refits(first..to.min(first + PORTION)));
                    exec.breathe().await;
                }
                self.refits.extend(refits);
            }
            (Stage::Profile(j), Some(fit)) => {
                let mut profile = Profile::new(&self.problem, fit, j, self.seed);
                while !profile.advance()? {
                    exec.breathe().await;
                }
                for k in (0..FILL).filter(|_| silent(&self.problem, fit).is_none()) {
                    profile.fill(k, FILL)?;
                    exec.breathe().await;
                }
                self.profiles.push((j, profile));
            }
            (Stage::Profile(_), None) => {}
        }
        self.done += 1;
        Ok(())
    }

    /// All figures, tables and verdicts that can be shown so far.
    pub fn output(&self) -> Output {
        Study {
            problem: &self.problem,
            shown: &self.shown,
            fit: self.fit.as_ref(),
            refits: &self.refits,
            profiles: &self.profiles,
            largest: self.largest.as_ref(),
            compared: &self.compared,
            others: self.others.len(),
            excluded: &self.excluded,
            lines: &self.lines,
            how: &self.how,
            heading: self.heading.as_ref(),
            notes: &self.notes,
            runs: self.runs,
            simulated: self.simulated,
            resampled: self.resampled,
            published: self.published,
            ask: self.ask,
        }
        .output()
    }
}
