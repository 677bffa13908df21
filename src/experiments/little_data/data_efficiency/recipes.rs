//! The runs of two recipes: read from the user's table, simulated from two known laws, or of toy models.

use super::models::{Models, Recipe, SAMPLES};
use super::{Params, words};
use crate::error::{Error, ErrorKind, Result};
use crate::fit::runs::{Columns, Compare, Rule, runs_but};
use crate::fit::{Data, Entry, Problem, Role, find};
use crate::kit::fits::parts;
use crate::math;
use crate::table::{Table, shown};
use crate::text;
use crate::text::{Argument, Text, amount, count, list, name, phrase, setting};
use crate::theory::data_efficiency::DataLaw;

/// Number of tokens in the unit of data of the simulated laws.
const BILLION: f64 = 1e9;
/// Run index with which the noise of the first simulated recipe is drawn; the second recipe has the next one.
const SIMULATED: u32 = 2;
/// Number of names of recipes that are read. The rules of a table are too short to leave out all but two of them.
const READ: usize = 1000;

/// The runs of two recipes. The first of each pair is the reference.
#[derive(Clone, Debug)]
pub(super) struct Recipes {
    pub(super) names: [Text; 2],
    pub(super) problems: [Problem; 2],
    /// The laws that the fits should find again: those from which the runs were simulated, or those of toy models over
    /// many draws of the data. `None` for runs from a table.
    pub(super) truth: Option<[DataLaw; 2]>,
    /// The toy models, if the runs are theirs. They have no rows before the run.
    pub(super) models: Option<Models>,
    /// Heading of the column with the amounts of data.
    pub(super) heading: Option<Text>,
    /// Sentences about the columns and rows of the table.
    pub(super) notes: Vec<Text>,
    /// Number of rows of the table that rules leave out.
    pub(super) excluded: usize,
}

/// Parameters of the law `power` that mean the data law, in the law's order.
fn parameters(law: &DataLaw) -> [f64; 3] {
    [law.floor, law.factor, law.exponent]
}

/// The data law at the parameters of the law `power`.
pub(super) fn data_law(p: &[f64]) -> DataLaw {
    // The search cannot reach a floor of 0: the least floor stands for it.
    let floor = if p[0] < 1e-50 { 0.0 } else { p[0] };
    DataLaw { floor, factor: p[1], exponent: p[2] }
}

/// Puts the reference first. `called` has the names of the recipes, and `reference` is what the user typed.
fn order<T>(pair: [T; 2], called: [&str; 2], reference: &str) -> Result<[T; 2]> {
    let [first, second] = pair;
    match reference.trim() {
        "" => Ok([first, second]),
        wanted if wanted == called[0] => Ok([first, second]),
        wanted if wanted == called[1] => Ok([second, first]),
        wanted => Err(unknown(called, wanted)),
    }
}

#[inline(never)]
fn unknown(called: [&str; 2], wanted: &str) -> Error {
    let [first, second] = called.map(|called| name(shown(called)));
    Error::parameter("reference", wanted, text!(words::EITHER, first = first, second = second))
}

fn bad(message: Text) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

impl Recipes {
    /// Reads the runs from the table, or simulates them if there is none.
    ///
    /// # Errors
    /// The table has no two recipes, a column or a row cannot be used, or `reference` names neither recipe.
    pub(super) fn new(params: &Params, table: Option<&Table>, seed: u32) -> Result<Self> {
        let law = find("power")?;
        match (table, params.source) {
            (Some(table), _) => reads_table(law, params, table),
            (None, "joint") => toys(law, params, Recipe::Joint),
            (None, "regularised") => toys(law, params, Recipe::Regularised),
            (None, _) => simulated(law, params, seed),
        }
    }

    /// An amount of data with its unit, as an argument. The unit of a table's amounts is not known.
    pub(super) fn amount(&self, data: f64) -> Argument {
        let amount = amount(data);
        phrase(match (&self.models, &self.truth) {
            (Some(_), _) => text!(words::OF_SAMPLES, amount = amount),
            (None, Some(_)) => text!(words::OF_TOKENS, amount = amount),
            (None, None) => text!(words::OF_DATA, amount = amount),
        })
    }

    /// Smallest and largest amount of data among the runs of one recipe, as arguments of "from ... to ...".
    pub(super) fn amounts(&self, recipe: usize) -> [Argument; 2] {
        let [lo, hi] = self.ends_of(recipe);
        [amount(lo), self.amount(hi)]
    }

    /// Smallest and largest amount of data among the runs of both recipes.
    pub(super) fn ends(&self) -> [f64; 2] {
        let [[a, b], [c, d]] = [0, 1].map(|recipe| self.ends_of(recipe));
        [a.min(c), b.max(d)]
    }

    /// Smallest and largest amount of data among the runs of one recipe.
    pub(super) fn ends_of(&self, recipe: usize) -> [f64; 2] {
        if self.models.is_some() {
            return [SAMPLES[0], SAMPLES[SAMPLES.len() - 1]];
        }
        let x = self.problems[recipe].data.x.iter();
        x.fold([f64::INFINITY, 0.0], |[lo, hi], x| [lo.min(*x), hi.max(*x)])
    }
}

/// Simulates the runs of both recipes.
fn simulated(law: &'static Entry, params: &Params, seed: u32) -> Result<Recipes> {
    // The parameters count data in billions of tokens, and the runs in tokens.
    let in_tokens = |factor: f64, exponent: f64, floor: f64| DataLaw {
        factor: factor * math::pow(BILLION, exponent),
        exponent,
        floor,
    };
    let truth = [
        in_tokens(params.factor, params.exponent, params.floor),
        in_tokens(params.other_factor, params.other_exponent, params.other_floor),
    ];
    let sizes = (0..params.sizes).map(|k| params.smallest * f64::from(1_u32 << k));
    let inputs: Vec<Vec<f64>> = sizes.flat_map(|x| (0..params.runs).map(move |_| vec![x])).collect();
    let problem = |recipe: usize| {
        let run = SIMULATED + recipe as u32;
        Problem::new(law, Data::simulated(law, &parameters(&truth[recipe]), &inputs, params.noise, seed, run))
    };
    let names = [words::STANDARD, words::ENSEMBLE];
    let called = names.map(|name| name.english());
    let [first, second] = order([0, 1], called, &params.reference)?;
    Ok(Recipes {
        names: [first, second].map(|recipe| names[recipe].into()),
        problems: [first, second].map(problem),
        truth: Some([first, second].map(|recipe| truth[recipe])),
        models: None,
        heading: None,
        notes: Vec::new(),
        excluded: 0,
    })
}

/// Toy models of the standard recipe and of another one.
#[inline(never)]
fn toys(law: &'static Entry, params: &Params, other: Recipe) -> Result<Recipes> {
    let recipes = [Recipe::Standard, other];
    let recipes = order(recipes, recipes.map(|recipe| recipe.name().english()), &params.reference)?;
    let models = Models::new(recipes);
    Ok(Recipes {
        names: recipes.map(|recipe| recipe.name().into()),
        problems: models.problems(law),
        truth: Some(recipes.map(Recipe::law)),
        models: Some(models),
        heading: None,
        notes: Vec::new(),
        excluded: 0,
    })
}

/// Reads the runs of both recipes from a table. The page downloads the code that only this function needs when the user
/// gives a table: `www/pieces.mjs` knows the function by its name.
#[inline(never)]
fn reads_table(law: &'static Entry, params: &Params, table: &Table) -> Result<Recipes> {
    let rules = parts(&params.exclude).into_iter().map(Rule::parse).collect::<Result<Vec<_>>>()?;
    let (columns, column) = columns(&params.columns, table)?;
    let called = recipes(table, column, &rules)?;
    let called = order([0, 1].map(|k| called[k].clone()), [&called[0], &called[1]], &params.reference)?;
    let heading = &table.columns[column].name;
    let of = |called: &String| {
        // Rules that count rows count those of one recipe.
        let others = Rule::Compare(heading.clone(), Compare::Other, called.clone());
        runs_but(Some(others), law, table, &columns, law.info.objective, &rules).map_err(|e| {
            let (recipe, problem) = (name(shown(called)), phrase(e.text().clone()));
            let message = Error::new(e.kind(), text!(words::OF_RECIPE, recipe = recipe, problem = problem));
            match e.blamed() {
                Some(parameter) => message.blaming(parameter),
                None => message,
            }
        })
    };
    let found = [of(&called[0])?, of(&called[1])?];
    let mut notes: Vec<Text> = Vec::new();
    for note in found.iter().flat_map(|runs| &runs.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    let mut how = found[0].how.clone();
    how.push(text!(words::RECIPE_FROM, column = name(heading)));
    notes.insert(0, text!(words::COLUMNS, columns = list(how)));
    if called[0].to_lowercase() == called[1].to_lowercase() {
        let [first, second] = [0, 1].map(|recipe| name(shown(&called[recipe])));
        notes.insert(0, text!(words::ONLY_CASE, first = first, second = second));
    }
    let excluded = found.iter().map(|runs| runs.excluded.len()).sum();
    let heading = found[0].heading.clone();
    let problems = found.map(|runs| Problem::new(law, runs.data));
    Ok(Recipes { names: called.map(Text::verbatim), problems, truth: None, models: None, heading, notes, excluded })
}

/// The roles of the columns, and the column with the names of the recipes.
fn columns(said: &str, table: &Table) -> Result<(Columns, usize)> {
    let mut columns = Columns::read(said, table)?;
    let words_of_two = |k: &usize| {
        let column = &table.columns[*k];
        column.text.is_some() && column.labels().iter().max() == Some(&1) && columns.get(Role::Loss) != Some(*k)
    };
    let mut rest = (0..table.columns.len()).filter(words_of_two);
    // Where no heading means the recipe, the only column of two words is the recipe.
    let only = rest.next().filter(|_| rest.next().is_none());
    let Some(column) = columns.get(Role::Recipe).or(only) else {
        let message = text!(words::NO_RECIPES, columns = name(table.names()));
        return Err(bad(message).blaming("columns"));
    };
    for role in [Role::Run, Role::X] {
        if columns.get(role) == Some(column) {
            columns = columns.with(role, None);
        }
    }
    let counted = columns.get(Role::Unique).or(columns.get(Role::Tokens));
    if columns.get(Role::X).is_none() && counted.is_some() {
        columns = columns.with(Role::X, counted);
    }
    Ok((columns, column))
}

/// The names of the two recipes, in the order of the table. A recipe whose rows a rule such as `recipe=NAME` leaves out
/// does not count.
fn recipes(table: &Table, column: usize, rules: &[Rule]) -> Result<[String; 2]> {
    let called = &table.columns[column];
    let heading = || name(&called.name);
    let dropped = |recipe: &str| {
        rules.iter().any(|rule| match rule {
            Rule::Compare(of, Compare::Equal, value) => {
                value == recipe && (of == Role::Recipe.name() || table.find(of).is_ok_and(|k| k == column))
            }
            _ => false,
        })
    };
    // Labels are numbered in the order in which the names first occur.
    let labels = called.labels();
    let mut firsts: Vec<usize> = Vec::new();
    for row in 0..table.len() {
        if called.is_empty(row) {
            let line = setting(table.lines[row] as f64);
            return Err(bad(text!(words::EMPTY_RECIPE, line = line, column = heading())));
        }
        if labels[row] as usize == firsts.len() {
            firsts.push(row);
        }
    }
    let more = firsts.len().saturating_sub(READ);
    let mut names: Vec<String> = firsts.iter().take(READ).map(|row| called.called(*row)).collect();
    names.retain(|recipe| !dropped(recipe));
    match <[String; 2]>::try_from(names) {
        Ok(two) => Ok(two),
        Err(names) if names.len() > 2 => {
            let all = names.iter().take(3).map(|recipe| Text::verbatim(shown(recipe))).collect();
            let third = name(shown(&names[2]));
            Err(bad(text!(
                words::MANY_RECIPES,
                column = heading(),
                recipes = count(names.len() + more),
                names = list(all),
                heading = heading(),
                third = third
            ))
            .blaming("exclude"))
        }
        Err(names) => {
            let only = names.first().map(|recipe| shown(recipe)).unwrap_or_default();
            Err(bad(text!(words::ONE_RECIPE, column = heading(), recipe = name(only))))
        }
    }
}
