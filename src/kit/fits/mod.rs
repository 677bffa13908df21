//! A law fitted to runs, mark by mark: what the pages of fits share.
//!
//! The runs are the reader's table, or simulated from an example of the law. First the lowest minimum that a search meets; then the
//! same without the largest runs, other laws, refits of resampled runs, and one parameter held after the other. All
//! of it is arithmetic on the CPU; between slices whoever waits has a turn, so that a long fit can be cancelled.

use std::marker::PhantomData;
use std::rc::Rc;

use report::{Compared, Study};

use super::legs::Carried;
use super::{Claim, Experiment, Info};
use crate::error::{Error, Result, number};
use crate::exec::Exec;
use crate::fit::bootstrap::Bootstrap;
use crate::fit::choose;
use crate::fit::derived::Ask;
use crate::fit::profile::{Profile, silent};
use crate::fit::runs::{Columns, Rule, Runs, runs};
use crate::fit::{Entry, Fit, Objective, Problem, Residual, Role, Search};
use crate::output::{Figure, Output, Progress};
use crate::params::{Choice, Params};
use crate::table::Table;

pub mod report;

/// Marks of the search.
const SEARCHES: usize = 5;
/// Marks of the bootstrap.
const BATCHES: u32 = 10;
/// Points of a profile beside those that its ends took.
const FILL: u32 = 10;
/// Runs that figures are drawn of, at most.
const SHOWN: usize = 10_000;
/// Which draw of the noise simulated runs have: with the seed that the page begins with, one where the truth of every page
/// lies in its intervals.
const SIMULATED: u32 = 1;
/// Refits between two turns of whoever waits.
const PORTION: u32 = if cfg!(target_arch = "wasm32") { 4 } else { 256 };

const fn choice(value: &'static str, label: &'static str) -> Choice {
    Choice { value, label }
}

const fn role(role: Role) -> Choice {
    choice(role.name(), role.words())
}

/// What a column of a table for the law of parameters and tokens may hold.
pub const ROLES: &[Choice] =
    &[role(Role::Loss), role(Role::Params), role(Role::Tokens), role(Role::Flops), role(Role::Run), role(Role::Weight)];

/// The same for laws of repeated data.
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

/// The same for any law.
pub const ROLES_ALL: &[Choice] = &{
    let mut list = [choice("", ""); Role::ALL.len()];
    let mut k = 0;
    while k < list.len() {
        list[k] = role(Role::ALL[k]);
        k += 1;
    }
    list
};

/// What is made small.
pub const OBJECTIVES: &[Choice] = &[
    choice("usual", "what the law usually takes"),
    choice("huber", "Huber's"),
    choice("l1", "absolute residuals"),
    choice("squares", "squares"),
];

/// Residuals of what.
pub const RESIDUALS: &[Choice] = &[
    choice("usual", "what the law usually takes"),
    choice("log", "logarithms of the loss"),
    choice("plain", "the loss itself"),
];

/// No or yes.
pub const SWITCH: &[Choice] = &[choice("no", "no"), choice("yes", "yes")];

/// What all pages of fits ask.
#[derive(Clone, Debug)]
pub struct Common {
    /// `role:heading`.
    pub columns: String,
    /// Rules.
    pub exclude: String,
    /// Parameters held and freed.
    pub hold: String,
    /// Which objective.
    pub objective: &'static str,
    /// Huber's delta.
    pub huber: f64,
    /// Residuals of what.
    pub residual: &'static str,
    /// Resamples.
    pub bootstrap: u32,
    /// Profiles too?
    pub profiles: &'static str,
    /// What is asked of the fit.
    pub ask: Ask,
    /// Simulated runs.
    pub rows: u32,
    /// Their noise.
    pub noise: f64,
}

/// Declares the parameters of a page of fits: its own first, then those that all have.
macro_rules! fit_params {
    ($name:ident, columns $roles:ident, budget $budget:literal, have $have:literal { $($own:tt)* }) => {
        $crate::params! {
            /// What can be asked.
            pub struct $name {
                $($own)*
                /// Which column of your table is what. Headings that say it are found; say it here where they do not.
                columns: String = $crate::params::Spec::columns($crate::kit::fits::$roles);
                /// Rows to leave out: missing, largest=COUNT, or COLUMN<VALUE with one of < <= > >= = !=, separated by commas. A column may be named by what it is, such as loss.
                exclude: String = $crate::params::Spec::text(400).label("leave out");
                /// What the fit makes small.
                objective: &'static str = $crate::params::Spec::choice("usual", $crate::kit::fits::OBJECTIVES);
                /// Where the squares of Huber's objective end and absolute values begin.
                huber: f64 = $crate::params::Spec::number("0.001", 1e-6, 10.0).log().label("delta");
                /// A budget of compute, C = 6 N D, to split between parameters and tokens.
                budget: f64 = $crate::params::Spec::number($budget, 1e12, 1e30).log().unit("FLOPs");
                /// How often the runs are resampled and the law refitted, for intervals. 0 for none.
                bootstrap: u32 = $crate::params::Spec::integer("400", 0.0, 10_000.0).unit("refits");
                /// How many runs are simulated where you bring none.
                rows: u32 = $crate::params::Spec::integer("160", 12.0, 4000.0).log().unit("runs").label("simulated runs");
                /// Their noise: the standard deviation of ln loss, or of the value where the law takes plain residuals.
                noise: f64 = $crate::params::Spec::number("0.01", 1e-4, 0.3).log();
                /// Of what the residuals are taken: of logarithms, what counts is the ratio.
                residual: &'static str = $crate::params::Spec::choice("usual", $crate::kit::fits::RESIDUALS).label("residuals");
                /// Parameters to hold: NAME for its published value, NAME=VALUE, or NAME=free for one that is usually held; separated by commas.
                hold: String = $crate::params::Spec::text(400);
                /// Whether each parameter is also held at other values, to see which ones the runs allow.
                profiles: &'static str = $crate::params::Spec::choice("yes", $crate::kit::fits::SWITCH);
                /// Unique tokens there are; beyond them, data repeat.
                have: f64 = $crate::params::Spec::number($have, 1e3, 1e16).log().unit("tokens").label("unique tokens");
                /// A loss to reach. 0 for none.
                reach: f64 = $crate::params::Spec::number("0", 0.0, 100.0).label("loss to reach");
                /// The model to reach it with.
                size: f64 = $crate::params::Spec::number("1e9", 1e3, 1e14).log().unit("parameters").label("model size");
            }
        }

        impl $name {
            fn common(&self) -> $crate::kit::fits::Common {
                $crate::kit::fits::Common {
                    columns: self.columns.clone(),
                    exclude: self.exclude.clone(),
                    hold: self.hold.clone(),
                    objective: self.objective,
                    huber: self.huber,
                    residual: self.residual,
                    bootstrap: self.bootstrap,
                    profiles: self.profiles,
                    ask: $crate::fit::derived::Ask {
                        compute: Some(self.budget),
                        unique: Some(self.have),
                        loss: Some(self.reach).filter(|loss| *loss > 0.0),
                        params: Some(self.size),
                    },
                    rows: self.rows,
                    noise: self.noise,
                }
            }
        }
    };
}
pub(crate) use fit_params;

/// A page of fits: its words, and the laws that its parameters name.
pub trait Page: 'static {
    /// See [`Experiment`].
    const SLUG: &'static str;
    /// See [`Experiment`].
    const INFO: Info;
    /// See [`Experiment`].
    const CLAIMS: &'static [Claim];
    /// See [`Experiment`].
    const DATA: &'static str;
    /// Ids of the figures that stand folded: what few readers ask for.
    const FOLDED: &'static [&'static str] = &[];
    /// Made by `fit_params`.
    type Params: Params;

    /// What all pages ask.
    fn common(params: &Self::Params) -> Common;

    /// The law to fit, and the others beside it.
    ///
    /// # Errors
    /// There is no law of that name.
    fn forms(params: &Self::Params) -> Result<(Form, Vec<Form>)>;
}

/// The experiment that a page is.
#[derive(Debug)]
pub struct Fits<P> {
    fitting: Fitting,
    page: PhantomData<P>,
}

impl<P: Page> Experiment for Fits<P> {
    const SLUG: &'static str = P::SLUG;
    const KERNEL: bool = false;
    const INFO: Info = P::INFO;
    const QUICK: &'static str = "bootstrap=100&rows=60";
    const CLAIMS: &'static [Claim] = P::CLAIMS;
    const DATA: &'static str = P::DATA;
    type Params = P::Params;

    fn check_on(params: &P::Params, table: Option<&Rc<Table>>) -> Result<()> {
        let ((form, others), common) = (P::forms(params)?, P::common(params));
        Asked::new(&form, &common)?;
        // Whether a law can be fitted to a table is known when its runs are read.
        table.map_or(Ok(()), |table| Fitting::new(&form, &others, &common, Some(Rc::clone(table)), 0).map(drop))
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
        let mut output = self.fitting.output();
        let folded = |figure: &&mut Figure| P::FOLDED.contains(&&*figure.id);
        output.figures.iter_mut().filter(folded).for_each(|figure| figure.folded = true);
        output
    }
}

/// A law and what of it is held.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its name in a table.
    pub name: &'static str,
    /// The law.
    pub law: &'static Entry,
    /// Parameters held at a value, or freed.
    pub held: Vec<(usize, Option<f64>)>,
}

impl Form {
    /// A law as it is.
    pub fn of(law: &'static Entry) -> Self {
        Self { name: law.info.slug, law, held: Vec::new() }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Search(usize),
    Largest,
    Other(usize),
    Refits(u32, u32),
    Profile(usize),
}

/// A fit under way.
#[derive(Debug)]
pub struct Fitting {
    seed: u32,
    problem: Problem,
    /// The same with fewer runs, where there are too many to draw.
    shown: Problem,
    /// Lines left out, with the rule.
    excluded: Vec<(usize, String)>,
    /// Which column is what, in words.
    how: Vec<String>,
    /// What is odd about them.
    notes: Vec<String>,
    /// Runs that the rows are of.
    runs: usize,
    simulated: bool,
    ask: Ask,
    others: Vec<(&'static str, Result<Problem>)>,
    stages: Vec<Stage>,
    done: usize,
    /// Under way.
    search: Carried<Search>,
    fit: Option<Fit>,
    bootstrap: Option<Bootstrap>,
    largest: Option<choose::Extrapolation>,
    compared: Vec<Compared>,
    refits: Vec<Vec<f64>>,
    profiles: Vec<(usize, Profile)>,
}

/// Runs of a law's example: `a_k b_k^(u)` of each input between its ends, at places that fill the box evenly.
fn simulated(law: &'static Entry, rows: u32, noise: f64, seed: u32) -> Table {
    let example = &law.info.example;
    let inputs: Vec<Vec<f64>> = (0..rows).map(|i| example.inputs(law, i, rows)).collect();
    let data = crate::fit::Data::simulated(law, example.values, &inputs, noise, seed, SIMULATED);
    let column = |k: usize| (0..data.len()).map(|i| data.input(i)[k]).collect::<Vec<_>>();
    let inputs = law.info.inputs.iter().enumerate().map(|(k, input)| (input.role.name(), column(k)));
    Table::of(inputs.chain([(Role::Loss.name(), data.y.clone())]).collect())
}

/// The parts of a list that is typed.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

impl Common {
    fn objective(&self, law: &Entry) -> Objective {
        let usual = law.info.objective;
        let delta = match self.objective {
            "huber" => self.huber,
            "l1" => 0.0,
            "squares" => f64::INFINITY,
            // The usual objective's delta is what `huber` says, where it has one.
            _ if usual.delta.is_infinite() => usual.delta,
            _ => self.huber,
        };
        let residual = match self.residual {
            "log" => Residual::Log,
            "plain" => Residual::Plain,
            _ => usual.residual,
        };
        Objective { residual, delta }
    }

    /// What is held and freed.
    fn held(&self, law: &Entry) -> Result<Vec<(usize, Option<f64>)>> {
        let one = |asked: &str| {
            let (name, value) = asked.split_once('=').map_or((asked, None), |(n, v)| (n.trim(), Some(v.trim())));
            let allowed = |_| {
                let names: Vec<_> = law.info.params.iter().map(|param| param.name).collect();
                let allowed = format!("NAME, NAME=VALUE or NAME=free, where NAME is one of {}", names.join(", "));
                Error::parameter("hold", asked, &allowed)
            };
            let j = law.param(name).map_err(allowed)?;
            let published = law.info.published.first().map_or(law.info.params[j].start, |p| p.values[j]);
            match value {
                None => Ok((j, Some(published))),
                Some("free") => Ok((j, None)),
                Some(text) => {
                    let [lo, hi] = law.info.params[j].bounds;
                    let inside = |value: &f64| (lo..=hi).contains(value);
                    let [least, most] = [number(lo), number(hi)];
                    let refused =
                        || Error::parameter("hold", asked, &format!("for {name} a number from {least} to {most}"));
                    Ok((j, Some(crate::params::to_number(text).filter(inside).ok_or_else(refused)?)))
                }
            }
        };
        parts(&self.hold).map(one).collect()
    }
}

/// What the parameters say of a fit, whatever its runs are.
struct Asked<'a> {
    objective: Objective,
    /// Parameters of the law that are held or freed.
    held: Vec<(usize, Option<f64>)>,
    /// Rules by which lines are left out, as typed and as read.
    texts: Vec<&'a str>,
    rules: Vec<Rule>,
}

impl<'a> Asked<'a> {
    fn new(form: &Form, common: &'a Common) -> Result<Self> {
        let texts: Vec<&str> = parts(&common.exclude).collect();
        let rules = texts.iter().map(|rule| Rule::parse(rule)).collect::<Result<_>>()?;
        Ok(Self { objective: common.objective(form.law), held: common.held(form.law)?, texts, rules })
    }
}

impl Fitting {
    /// Begins: reads the runs.
    ///
    /// # Errors
    /// Rules, columns or names that cannot be used; runs that the law cannot be fitted to, with the line.
    pub fn new(form: &Form, others: &[Form], common: &Common, table: Option<Rc<Table>>, seed: u32) -> Result<Self> {
        let law = form.law;
        let Asked { objective, held, texts, rules } = Asked::new(form, common)?;
        let from = table.is_some();
        let table = table.unwrap_or_else(|| Rc::new(simulated(law, common.rows, common.noise, seed)));
        // What is asked of a table that is not there does not matter.
        let columns = if from { Columns::read(&common.columns, &table)? } else { Columns::guess(&table) };
        let rules = if from { rules } else { Vec::new() };
        let read = |law: &'static Entry| runs(law, &table, &columns, objective, &rules);
        let problem = |form: &Form, found: Runs, more: &[(usize, Option<f64>)]| -> Result<Problem> {
            let mut problem = Problem::new(form.law, found.data);
            problem.objective = objective;
            form.held.iter().chain(more).try_fold(problem, |problem, (j, value)| problem.hold(*j, *value))
        };
        let found = read(law)?;
        let excluded = found.excluded.iter().map(|(line, rule)| (*line, texts[*rule].to_owned())).collect();
        let how = found.how.clone();
        // Of runs that are simulated, nothing is left out.
        let unused = "`exclude` leaves rows of a table out: none of these simulated runs is.".to_owned();
        let notes =
            if from { found.notes.clone() } else { (!texts.is_empty()).then_some(unused).into_iter().collect() };
        let problem_of = problem(form, found, &held)?;
        let others: Vec<_> =
            others.iter().map(|form| (form.name, read(form.law).and_then(|found| problem(form, found, &[])))).collect();

        let free = (0..law.len()).filter(|&j| problem_of.held[j].is_none() && common.profiles == "yes");
        let batch = common.bootstrap.div_ceil(BATCHES).max(1);
        let batches = (0..common.bootstrap).step_by(batch as usize);
        let stages = (0..SEARCHES)
            .map(Stage::Search)
            .chain([Stage::Largest])
            .chain((0..others.len()).map(Stage::Other))
            .chain(batches.map(|from| Stage::Refits(from, common.bootstrap.min(from + batch))))
            .chain(free.map(Stage::Profile))
            .collect();
        let many = problem_of.data.len() > SHOWN;
        let mut blocks = problem_of.data.block.clone();
        blocks.sort_unstable();
        blocks.dedup();
        Ok(Self {
            seed,
            shown: if many { problem_of.over(problem_of.data.thinned(SHOWN)) } else { problem_of.clone() },
            problem: problem_of,
            excluded,
            how,
            notes,
            runs: blocks.len(),
            simulated: !from,
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

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress { done: self.done as u32, total: self.stages.len() as u32 }
    }

    /// The lowest minimum that the search meets.
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

    /// How a law does on the largest runs when it has seen only the others; nothing where they are too few.
    async fn largest(&self, problem: &Problem, exec: &Exec) -> Result<Option<choose::Extrapolation>> {
        let Some((small, large)) = choose::without_largest(problem) else { return Ok(None) };
        let fit = self.search(&small, exec).await?;
        Ok(Some(choose::judge(&large, &fit)))
    }

    /// The next stage.
    ///
    /// # Errors
    /// The law has no value anywhere near the runs.
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
                    Err(error) => Compared::failed(name, error.to_string()),
                    Ok(problem) => match self.search(problem, exec).await {
                        Err(error) => Compared::failed(name, error.to_string()),
                        Ok(fit) => Compared::of(name, problem, &fit, self.largest(problem, exec).await?.as_ref()),
                    },
                };
                self.compared.push(compared);
            }
            // Without noise resamples say nothing.
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

    /// Everything there is to show so far.
    pub fn output(&self) -> Output {
        Study {
            problem: &self.problem,
            shown: &self.shown,
            fit: self.fit.as_ref(),
            refits: &self.refits,
            profiles: &self.profiles,
            largest: self.largest.as_ref(),
            compared: &self.compared,
            excluded: &self.excluded,
            how: &self.how,
            notes: &self.notes,
            runs: self.runs,
            simulated: self.simulated,
            ask: self.ask,
        }
        .output()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::cmp::Ordering;

    use super::*;
    use crate::fit::find;
    use crate::math;
    use crate::output::{Cell, Figure};
    use crate::params::query;
    use crate::session::Session;
    use crate::table::Reader;
    use crate::theory::muennighoff;

    fn open(slug: &str, text: &str, table: Option<&str>) -> Result<Session> {
        let table = table.map(|text| Rc::new(Reader::read(text.as_bytes()).expect("a table")));
        Session::open_on(Rc::new(Exec::cpu()), slug, &query(text), table, 1)
    }

    fn run(slug: &str, text: &str, table: Option<&str>) -> Output {
        let mut session = open(slug, text, table).unwrap_or_else(|e| panic!("{text}: {e}"));
        while !session.progress().finished() {
            pollster::block_on(session.advance()).expect("advances");
        }
        session.output()
    }

    fn refused(slug: &str, text: &str, table: Option<&str>) -> String {
        open(slug, text, table).err().expect("refused").to_string()
    }

    fn table<'a>(output: &'a Output, id: &str) -> &'a [Vec<Cell>] {
        &output.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}")).rows
    }

    fn number(cell: &Cell) -> f64 {
        if let Cell::Number(x) = cell { *x } else { panic!("{cell:?} is no number") }
    }

    fn figure<'a>(output: &'a Output, id: &str) -> &'a Figure {
        output.figures.iter().find(|figure| figure.id == id).unwrap_or_else(|| panic!("no figure {id}"))
    }

    /// The points of a series.
    fn series(output: &Output, id: &str, series: &str) -> impl Iterator<Item = (f64, f64)> {
        let found = figure(output, id).series.iter().find(|s| s.id == series);
        let found = found.unwrap_or_else(|| panic!("{id} has no series {series}"));
        found.x.iter().copied().zip(found.y.iter().copied()).filter(|(_, y)| y.is_finite())
    }

    /// Runs of `L = 2 + 30 x^-0.5` without noise.
    fn curve(head: &str, rows: impl IntoIterator<Item = u32>) -> String {
        let row = |x: u32| format!("{x},{},{}\n", 2.0 + 30.0 / f64::from(x).sqrt(), x % 3);
        format!("{head}\n{}", rows.into_iter().map(row).collect::<String>())
    }

    #[test]
    fn a_table_is_read_as_its_columns_say() {
        let quick = "bootstrap=0&profiles=no";
        for (head, columns) in [
            ("x,loss,z", ""),
            ("steps,val_loss,z", ""),
            ("z,what,loss", "x:z,loss:what"),
            ("loss,x,run", "x:#1,loss:#2,run:-"),
        ] {
            let output = run("fit", &format!("{quick}&columns={columns}"), Some(&curve(head, 1..40)));
            let fit: Vec<f64> = table(&output, "parameters").iter().map(|row| number(&row[1])).collect();
            for (ours, truth) in fit.iter().zip([2.0, 30.0, 0.5]) {
                assert!((ours / truth - 1.0).abs() < 1e-6, "{head}: {fit:?}");
            }
        }
        let rows = |text: &str| {
            let output = run("fit", &format!("{quick}&{text}"), Some(&curve("x,loss,z", 1..40)));
            number(
                &table(&output, "quality")
                    .iter()
                    .find(|row| matches!(&row[0], Cell::Text(t) if t == "rows"))
                    .expect("rows")[1],
            )
        };
        let says = |text: &str, file: Option<&str>| {
            let output = run("fit", &format!("{quick}&{text}"), file);
            let has = |row: &Vec<Cell>| matches!(&row[0], Cell::Text(t) if t.contains("none of these simulated runs"));
            table(&output, "words").iter().any(has)
        };
        assert!(says("exclude=largest=5", None) && !says("", None), "simulated runs stay");
        assert!(!says("exclude=largest=5", Some(&curve("x,loss,z", 1..40))), "runs of a table go");
        assert_eq!([rows("exclude=x>20"), rows("exclude=largest=5,z=1"), rows("")], [20.0, 23.0, 39.0]);

        let small = curve("x,loss,z", 1..40);
        for (text, sentence) in [
            ("columns=loss:nothing", "`columns`: there is no column `nothing`"),
            ("columns=loss:#9", "`columns`: there is no column `#9`"),
            ("columns=colour:z", "parameter `columns` cannot be `colour:z`"),
            ("exclude=z~1", "parameter `exclude` cannot be `z~1`"),
            ("hold=gamma", "parameter `hold` cannot be `gamma`"),
            ("hold=alpha=11", "parameter `hold` cannot be `alpha=11`"),
            ("hold=E=0", "parameter `hold` cannot be `E=0`: it takes for E a number from 1e-60 to 1e200"),
            ("budget=1e31", "parameter `budget` cannot be `1e31`: it takes a number from 1e12 to 1e30"),
            ("against=none", "parameter `against` cannot be `none`"),
            ("law=chinchilla", "no column is the parameters"),
        ] {
            let said = refused("fit", text, Some(&small));
            assert!(said.starts_with(sentence), "{text}: {said}");
        }
        let said = refused("exam-time", "", Some(&small));
        assert!(said.contains("reads no table"), "{said}");
    }

    /// Runs of the law of parameters and tokens, with noise of half a per cent.
    fn sized(label: impl Fn(u32) -> String, runs: &[(f64, f64)]) -> String {
        let law = find("chinchilla").expect("a law");
        let inputs: Vec<_> = runs.iter().map(|(n, d)| vec![*n, *d]).collect();
        let data = crate::fit::Data::simulated(law, law.info.example.values, &inputs, 0.005, 3, 0);
        let row = |(i, (n, d)): (usize, &(f64, f64))| format!("{},{n},{d},{}\n", label(i as u32), data.y[i]);
        format!("run,params,tokens,loss\n{}", runs.iter().enumerate().map(row).collect::<String>())
    }

    fn said(output: &Output) -> String {
        let text = |row: &Vec<Cell>| if let Cell::Text(text) = &row[0] { text.clone() } else { String::new() };
        table(output, "words").iter().map(text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn so_few_rows_that_intervals_are_too_wide_are_said_to_be() {
        let grid: Vec<_> = [7e7, 4e8, 3e9].iter().flat_map(|n| [1.5e9, 1e10, 5e10, 1.2e11].map(|d| (*n, d))).collect();
        for (rows, wide) in [(9, true), (10, false), (12, false)] {
            let table = sized(|i| i.to_string(), &grid[..rows]);
            let words = said(&run("chinchilla", "bootstrap=0&profiles=no", Some(&table)));
            assert_eq!(words.contains("rather too wide"), wide, "{rows} rows for five parameters: {words}");
            assert!(words.contains("are few for 5 free parameters"), "{words}");
        }
    }

    #[test]
    fn rows_of_few_runs_are_resampled_one_by_one_and_that_is_said() {
        let grid: Vec<_> = [7e7, 1.6e8, 4e8, 1e9, 3e9]
            .iter()
            .flat_map(|n| [1.5e9, 3e9, 6e9, 1.2e10, 2.4e10, 5e10, 1.2e11].map(|d| (*n, d)))
            .collect();
        for (label, says) in [
            ((|_| "sweep".into()) as fn(u32) -> String, "One run is too few to be resampled whole"),
            (|i| format!("r{}", i % 5), "5 runs are too few to be resampled whole"),
            (|i| format!("r{}", i % 10), ""),
        ] {
            let output = run("chinchilla", "bootstrap=60&profiles=no", Some(&sized(label, &grid)));
            assert!(
                said(&output).contains(says) && (says.is_empty() != said(&output).contains("too few")),
                "{output:?}"
            );
            for row in table(&output, "parameters") {
                let open_or_wide = number(&row[3]).partial_cmp(&number(&row[2])).is_none_or(Ordering::is_gt);
                assert!(open_or_wide, "no interval of width 0: {row:?}");
            }
        }
    }

    #[test]
    fn a_curve_of_several_sizes_says_their_span() {
        let labels = |sizes: &[f64]| {
            let grid: Vec<_> = sizes.iter().flat_map(|n| [2e9, 8e9].map(|d| (*n, d))).collect();
            let output = run("chinchilla", "bootstrap=0&profiles=no", Some(&sized(|i| i.to_string(), &grid)));
            figure(&output, "data").series.iter().map(|series| series.label.clone()).collect::<Vec<_>>()
        };
        let seven = labels(&[2e7, 4e7, 1e8, 2e8, 4e8, 1e9, 2e9]);
        assert_eq!((seven.len(), seven[2].as_str(), seven[3].as_str()), (14, "N = 40M, fit", "N = 40M"), "{seven:?}");
        let nine = labels(&[1e7, 2e7, 4e7, 8e7, 1e8, 2e8, 4e8, 1e9, 2e9]);
        assert_eq!((nine[6].as_str(), nine[7].as_str()), ("N = 80M to 100M, fit at 89.4M", "N = 80M to 100M"));
    }

    #[test]
    fn parameters_and_tokens_that_move_together_are_named() {
        let sizes = || (0..16).map(|i| 5e7 * math::pow(1.3, f64::from(i)));
        let budget: Vec<_> = sizes().map(|n| (n, 1e20 / (6.0 * n))).collect();
        let ratio: Vec<_> = sizes().map(|n| (n, 20.0 * n)).collect();
        for (runs, says) in [(budget, "nearly one budget of compute"), (ratio, "nearly one number of tokens for each")]
        {
            let output = run("chinchilla", "bootstrap=100", Some(&sized(|i| i.to_string(), &runs)));
            assert!(said(&output).contains(says) && said(&output).contains("would settle it"), "{}", said(&output));
            for row in table(&output, "parameters") {
                let Cell::Text(verdict) = &row[6] else { panic!("words") };
                let wide =
                    |lo: &Cell, hi: &Cell| (number(hi) / number(lo)).partial_cmp(&10.0).is_none_or(Ordering::is_gt);
                let determined = verdict.contains("the runs determine");
                assert!(!(determined && (wide(&row[2], &row[3]) || wide(&row[4], &row[5]))), "{verdict}: {row:?}");
            }
        }
    }

    #[test]
    fn the_truth_of_a_simulation_is_drawn_and_lies_in_the_intervals_of_each_page() {
        for slug in ["chinchilla", "fit", "data-constrained"] {
            let output = run(slug, "bootstrap=400", None);
            let law = find(if slug == "fit" { "power" } else { slug }).expect("a law");
            for (row, truth) in table(&output, "parameters").iter().zip(law.info.example.values) {
                for (lo, hi) in [(2, 3), (4, 5)] {
                    let [lo, hi] = [&row[lo], &row[hi]].map(number);
                    assert!(!(*truth < lo || *truth > hi), "{slug}: {truth} in {row:?}");
                }
                let Cell::Text(name) = &row[0] else { panic!("a name") };
                if let Some(figure) = output.figures.iter().find(|figure| figure.id == *name) {
                    let drawn = figure.marks.iter().any(|mark| mark.label.contains("truth") && mark.x == Some(*truth));
                    assert!(drawn, "{slug}: the truth on the profile of {name}");
                }
            }
            let said: Vec<_> = output.verdicts.iter().map(|verdict| verdict.agrees).collect();
            assert_eq!(
                said,
                if slug == "chinchilla" { vec![Some(false), Some(true)] } else { vec![Some(true)] },
                "{slug}"
            );
            let unsaid = run(slug, "bootstrap=40&rows=12&noise=0.3", None);
            let said = unsaid.verdicts.iter().map(|verdict| verdict.agrees).collect::<Vec<_>>();
            assert!(said.iter().all(Option::is_none), "{slug}: few noisy runs do not tell: {said:?}");
        }
        let output = run(
            "chinchilla",
            "bootstrap=40",
            Some(&sized(
                |i| i.to_string(),
                &[(1e8, 1e9), (1e8, 1e10), (1e8, 1e11), (1e9, 1e9), (1e9, 1e10), (1e9, 1e11), (5e9, 2e10), (3e8, 5e9)],
            )),
        );
        let marks = output.figures.iter().flat_map(|figure| &figure.marks);
        assert!(marks.into_iter().all(|mark| !mark.label.contains("truth")), "runs of one's own have no known truth");
    }

    #[test]
    fn the_pair_that_trades_off_is_that_of_the_figure() {
        for (query, neither) in [("bootstrap=60", false), ("bootstrap=60&rows=30&noise=0.05", true)] {
            let output = run("chinchilla", query, None);
            let title = &figure(&output, "ridge").title;
            let pair = title.split(": ").nth(1).and_then(|text| text.split(',').next()).expect("two names");
            let words = said(&output);
            assert!(words.contains(&format!("{pair} trade off: ")), "{title}: {words}");
            let open = |name: &str| {
                let row = table(&output, "parameters")
                    .iter()
                    .find(|row| matches!(&row[0], Cell::Text(text) if text == name))
                    .expect("a row");
                !matches!(&row[6], Cell::Text(verdict) if verdict.starts_with("the runs determine"))
            };
            assert_eq!(pair.split(" and ").all(open), neither, "{words}");
            assert_eq!(words.contains("Neither is known well"), neither, "{words}");
        }
    }

    #[test]
    fn rows_of_the_table_of_the_fit_can_be_read_alone() {
        let output = run("fit", "bootstrap=0&profiles=no", None);
        let of = |what: &str| {
            let row = table(&output, "quality").iter().find(|row| matches!(&row[0], Cell::Text(text) if text == what));
            number(&row.unwrap_or_else(|| panic!("no row {what}"))[1])
        };
        assert_eq!((of("rows"), of("rows in the test on the largest runs")), (160.0, 32.0));
        let error = of("root mean square residual in the test on the largest runs");
        assert!(error >= of("mean residual in the test on the largest runs").abs());
    }

    #[test]
    fn an_example_says_whose_it_is() {
        let output = run("fit", "law=bnsl&bootstrap=0&profiles=no", None);
        let claim = &output.verdicts[0].claim;
        assert!(claim.starts_with("Could these runs be of the lab's own example?"), "{claim}");
        assert!(said(&output).contains("its parameters are those of the lab's own example."), "{}", said(&output));
    }

    #[test]
    fn a_bare_x_of_a_table_is_compared_with_nothing_published() {
        let rows = curve("x,loss,z", 1..40);
        for law in ["power", "mixture-of-exponentials"] {
            let query = format!("law={law}&bootstrap=20&profiles=no");
            let output = run("fit", &query, Some(&rows));
            assert!(output.verdicts.is_empty(), "whose x is it? {:?}", output.verdicts);
            assert!(output.tables.iter().all(|table| table.id != "published"), "{law}");
            assert_eq!(run("fit", &query, None).verdicts.len(), 1, "simulated runs are of that x");
        }
        let grid: Vec<_> = (0..12).map(|i| (1e8 * f64::from(1 + i % 4), 1e9 * f64::from(1 + i))).collect();
        let output = run("chinchilla", "bootstrap=20&profiles=no", Some(&sized(|i| i.to_string(), &grid)));
        assert_eq!(output.verdicts.len(), 2, "parameters and tokens are what they are");
    }

    #[test]
    fn what_is_wrong_with_a_table_costs_no_setting() {
        let check = |text: &str, table: &str| {
            let table = Rc::new(Reader::read(table.as_bytes()).expect("a table"));
            crate::session::check("fit", &query(text), Some(&table)).expect("an experiment")
        };
        let checked = check("columns=loss:none&rows=50", &curve("x,loss,z", 1..40));
        assert_eq!((checked.values, checked.problems.len()), (query("rows=50"), 1), "the columns are to blame");
        let checked = check("columns=x:z&rows=50", "x,loss,z\n1,-2,1\n2,3,4\n");
        assert_eq!((checked.values, checked.problems.len()), (query("columns=x:z&rows=50"), 0), "the table is");
    }

    #[test]
    fn what_is_held_and_freed() {
        let law = find("data-constrained").expect("a law");
        let held = |hold: &str| {
            let output =
                run("data-constrained", &format!("form=all&rows=40&bootstrap=0&profiles=no&hold={hold}"), None);
            let rows = table(&output, "parameters");
            rows.iter()
                .map(|row| (number(&row[1]), matches!(&row[6], Cell::Text(t) if t == "held")))
                .collect::<Vec<_>>()
        };
        let of = |hold: &str, name: &str| held(hold)[law.param(name).expect("a parameter")];
        assert_eq!(of("alpha=0.3,R_N", "alpha"), (0.3, true), "at a value");
        assert_eq!(of("alpha=0.3,R_N", "R_N"), (muennighoff::PUBLISHED.size_decay, true), "as published");
        assert!(!of("alpha=0.3,R_N", "R_D").1, "the others are free");
        assert!(of("", "nu").1 && !of("nu=free", "nu").1, "held unless asked for");
    }

    #[test]
    fn curves_are_of_the_law() {
        let output = run("chinchilla", "bootstrap=0&profiles=no&noise=0.001&budget=1e21", None);
        let p: Vec<f64> = table(&output, "parameters").iter().map(|row| number(&row[1])).collect();
        let law = find("chinchilla").expect("a law");
        for id in ["loss-1", "loss-2", "loss-3", "loss-4"] {
            let losses: Vec<f64> = series(&output, "contours", id).map(|(n, d)| law.predict(&p, &[n, d])).collect();
            assert!(losses.len() > 10 && losses.iter().all(|l| (l / losses[0] - 1.0).abs() < 1e-9), "{id}: {losses:?}");
        }
        for (n, d) in series(&output, "contours", "compute-2") {
            let c = 6.0 * n * d;
            assert!((c / math::pow(10.0, (math::ln(c) / std::f64::consts::LN_10).round()) - 1.0).abs() < 1e-9, "{c}");
        }
        // N* = G (C/6)^a, D* = (C/6)^b / G.
        let closed = |p: &[f64], c: f64| {
            let g = math::pow(p[2] * p[1] / (p[4] * p[3]), 1.0 / (p[2] + p[4]));
            let n = g * math::pow(c / 6.0, p[4] / (p[2] + p[4]));
            [n, c / (6.0 * n)]
        };
        for (n, d) in series(&output, "contours", "best") {
            assert!((closed(&p, 6.0 * n * d)[0] / n - 1.0).abs() < 1e-6, "N = {n}, D = {d}");
        }
        for (id, p) in [("fit", &p[..]), ("published", law.info.published[0].values)] {
            for (c, ratio) in series(&output, "frontier", id) {
                let [n, d] = closed(p, c);
                assert!((ratio / (d / n) - 1.0).abs() < 2e-6, "{id}: C = {c}: {ratio}");
            }
        }
    }

    #[test]
    fn epochs_are_worth_what_the_law_says() {
        let output = run("data-constrained", "bootstrap=40&profiles=no", None);
        let fit = number(&table(&output, "parameters")[5][1]);
        let published = muennighoff::PUBLISHED;
        for (id, data_decay) in [("fit", fit), ("published", published.data_decay)] {
            for (k, worth) in series(&output, "worth", id) {
                let exact = muennighoff::Law { data_decay, ..published }.effective_reuse(k);
                assert!((worth / exact - 1.0).abs() < 1e-9, "{id}: K = {k}: {worth} {exact}");
            }
        }
        let worth = figure(&output, "worth").series.iter().find(|s| s.id == "fit").expect("a fit");
        let (lo, hi) = (worth.lo.as_ref().expect("a band"), worth.hi.as_ref().expect("a band"));
        let last = worth.x.len() - 1;
        assert!(lo[last] < worth.y[last] && worth.y[last] < hi[last] && hi[0] - lo[0] < 1e-9, "a band that opens");
    }

    #[test]
    fn a_scale_of_all_weights_changes_no_interval() {
        let truth = curve("x,loss,z", 1..40);
        let with = |weight: &str| {
            let rows = truth.lines().enumerate().map(|(i, row)| {
                let parts: Vec<&str> = row.split(',').collect();
                let loss = parts[1]
                    .parse::<f64>()
                    .map_or_else(|_| "loss".into(), |y| (y * (1.0 + 0.01 * (i % 4) as f64)).to_string());
                format!("{},{loss},{}\n", parts[0], if i == 0 { "weight" } else { weight })
            });
            run("fit", "bootstrap=40&against=all&columns=weight:weight", Some(&rows.collect::<String>()))
        };
        let numbers = |output: &Output| -> Vec<String> {
            let rows = ["parameters", "laws"].map(|id| table(output, id)).concat();
            rows.iter()
                .flatten()
                .filter_map(|cell| if let Cell::Number(x) = cell { Some(format!("{x:.6e}")) } else { None })
                .collect()
        };
        let one = numbers(&with("1"));
        assert!(one.len() > 15, "{one:?}");
        for scale in ["1000000", "0.001"] {
            assert_eq!(numbers(&with(scale)), one, "weights of {scale}");
        }
    }

    #[test]
    fn what_says_nothing_of_the_noise_determines_nothing() {
        let copies = format!("x,loss\n{}{}4,1.2\n8,1.1\n", "1,2\n".repeat(10), "2,1.5\n".repeat(10));
        let constant: String = [1, 2, 4, 8, 16, 32].map(|x| format!("{x},3.1\n")).concat();
        let exact = curve("x,loss,z", 1..5);
        for (rows, says) in [
            (copies.as_str(), "18 rows equal another"),
            (&format!("x,loss\n{constant}"), "exactly"),
            (&exact, "exactly"),
        ] {
            let output = run("fit", "bootstrap=40", Some(rows));
            assert!(said(&output).contains(says), "{}", said(&output));
            for row in table(&output, "parameters") {
                let Cell::Text(verdict) = &row[6] else { panic!("words") };
                assert!(!verdict.contains("runs determine") || says.contains("rows"), "{row:?}");
                let width = number(&row[5]) / number(&row[4]);
                assert!(width.is_nan() || width >= 1.01, "no interval of a width of nearly nothing: {row:?}");
            }
        }
    }

    #[test]
    fn a_fit_that_a_bound_stops_says_which_and_determines_nothing() {
        let rows: String = (1..13)
            .map(|i| format!("{}e-303,{}\n", i * i, 2.0 + 2.0 / f64::from(i) + 0.01 * f64::from(i % 3)))
            .collect();
        let output = run("fit", "bootstrap=40", Some(&format!("x,loss\n{rows}")));
        assert!(said(&output).contains("A is at its bound, 1e-60"), "{}", said(&output));
        for row in table(&output, "parameters") {
            let Cell::Text(verdict) = &row[6] else { panic!("words") };
            assert!(!verdict.contains("the runs determine"), "{row:?}");
        }
    }

    #[test]
    fn laws_side_by_side_say_why_one_is_not_fitted() {
        let output = run("fit", "against=all&bootstrap=0&profiles=no", Some(&curve("x,loss,z", 1..60)));
        let rows = table(&output, "laws");
        assert_eq!(rows.len(), crate::fit::ALL.len(), "every law");
        for row in rows {
            let (Cell::Text(name), Cell::Text(why)) = (&row[0], &row[7]) else { panic!("words") };
            let reads_x = name == "this one" || find(name).expect("a law").info.inputs.len() == 1;
            assert_eq!(reads_x, number(&row[2]).is_finite(), "{name}: {why}");
            assert_eq!(reads_x, why.is_empty(), "{name}: {why}");
        }
        let of = |k: usize| number(&rows[0][k]);
        assert!(of(5) < 1e-4 && of(4).is_finite(), "exact runs are predicted exactly, the largest too");
    }

    #[test]
    fn marks_are_known_beforehand_and_results_grow() {
        let mut session = open("fit", "bootstrap=25", None).expect("starts");
        let total = session.progress().total;
        assert_eq!(total, 5 + 1 + 9 + 3, "search, the largest runs, refits by three, a profile a parameter");
        let mut refits = Vec::new();
        while !session.progress().finished() {
            pollster::block_on(session.advance()).expect("advances");
            assert_eq!(session.progress().total, total);
            let output = session.output();
            let quality = output.tables.iter().find(|table| table.id == "quality");
            refits.extend(quality.map(|table| number(&table.rows[5][1])));
        }
        assert_eq!(refits[..4], [0.0, 0.0, 3.0, 6.0], "from the fit on");
        assert_eq!(refits[10..], [25.0; 4]);
        let output = session.output();
        let rows = table(&output, "parameters");
        let profiles = rows.iter().filter(|row| number(&row[4]).is_finite()).count();
        assert_eq!((rows.len(), profiles), (3, 3));
    }

    #[test]
    fn many_runs_are_fitted_and_some_are_drawn() {
        let rows: String = (1..20_000).map(|x| format!("{x},{}\n", 2.0 + 30.0 / f64::from(x).sqrt())).collect();
        let output = run("fit", "bootstrap=0&profiles=no", Some(&format!("x,loss\n{rows}")));
        assert_eq!(number(&table(&output, "quality")[3][1]), 19_999.0, "rows");
        let residuals = figure(&output, "residuals");
        assert_eq!(residuals.series[0].x.len(), crate::output::POINTS_MAX, "thinned");
    }
}
