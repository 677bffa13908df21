//! Tables of `data-efficiency`.

use super::models::{Models, Recipe, SAMPLES};
use super::{DataEfficiency, published, words};
use crate::fit::bootstrap::draws_losses;
use crate::fit::profile::silent;
use crate::output::{Cell, Column, Table};
use crate::stats::sort;
use crate::text;
use crate::text::{Template, Text, amount, count, loss, share};
use crate::theory::data_efficiency::DataLaw;
use crate::theory::lottery_ridge::Width;

/// Largest number of amounts of data in the table of multiples.
const ROWS: usize = 16;

/// A table, each of whose columns has a name and no unit.
fn table(id: &'static str, title: impl Into<Text>, columns: &[Template<0>], rows: Vec<Vec<Cell>>) -> Table {
    let columns = columns.iter().map(|name| Column { name: *name, unit: "" }).collect();
    Table { id, title: title.into(), columns, rows, nothing: None }
}

/// Sentences about toy models.
#[inline(never)]
fn models_notes(models: &Models) -> [Text; 3] {
    let draws = match models.count() {
        0 => words::MODELS.into(),
        draws => text!(words::MODELS_ON, draws = count(draws)),
    };
    [draws, words::FLOOR_KNOWN.into(), words::LAWS_UNUSED.into()]
}

/// The settings and mean losses of toy models.
#[inline(never)]
fn trained(models: &Models) -> Table {
    let row = |recipe: Recipe, n: usize| -> Vec<Cell> {
        let tuned = models.tuned(n, recipe);
        let (mean, half) = tuned.mean();
        let width = match tuned.width {
            Width::Of(width) => Cell::from(width as f64),
            Width::Infinite => words::INFINITE_WIDTH.into(),
        };
        let numbers = [tuned.decay, mean, mean - half, mean + half, recipe.expected()[n]].map(Cell::from);
        [SAMPLES[n].into(), recipe.name().into(), width].into_iter().chain(numbers).collect()
    };
    let rows = models.recipes.into_iter().flat_map(|recipe| (0..SAMPLES.len()).map(move |n| row(recipe, n)));
    let columns = [
        words::SAMPLES,
        words::RECIPE,
        words::WIDTH,
        words::DECAY,
        words::LOSS,
        words::LOWER,
        words::UPPER,
        words::MANY_DRAWS,
    ];
    table("models", words::TRAINED, &columns, rows.collect())
}

impl DataEfficiency {
    /// All tables that can be shown so far. `sound` are the fitted laws if the runs show them.
    pub(super) fn tables(&self, laws: Option<[DataLaw; 2]>, sound: Option<[DataLaw; 2]>) -> Vec<Table> {
        let mut tables = vec![self.notes(laws)];
        if sound.is_some() || self.recipes.truth.is_some() {
            tables.push(self.worths(sound));
        }
        tables.extend(laws.map(|laws| self.fitted(&laws)));
        tables.extend(self.recipes.models.as_ref().filter(|models| models.count() > 0).map(trained));
        tables.extend([published::implied(), published::printed()]);
        tables
    }

    /// Heading of the column with what the fits should find again.
    fn truth(&self) -> Template<0> {
        if self.recipes.models.is_some() { words::MANY_DRAWS } else { words::TRUTH }
    }

    /// What the other recipe is worth at each amount of data.
    fn worths(&self, laws: Option<[DataLaw; 2]>) -> Table {
        let mut data: Vec<f64> = self.recipes.problems.iter().flat_map(|problem| problem.data.x.clone()).collect();
        if self.recipes.models.is_some() {
            data = SAMPLES.to_vec();
        }
        sort(&mut data);
        data.dedup();
        let rows = data.len().min(ROWS);
        let some = (0..rows).map(|k| data[k * (data.len() - 1) / (rows - 1).max(1)]);
        let row = |x: f64| -> Vec<Cell> {
            let of = |[reference, other]: &[DataLaw; 2]| reference.multiple(other, x);
            let worth = laws.as_ref().map_or(f64::NAN, of);
            let [lo, hi] = self.ends(of).unwrap_or([f64::NAN; 2]);
            let truth = self.recipes.truth.as_ref().map_or(f64::NAN, of);
            [x, worth, lo, hi, worth * x, truth].map(Cell::from).to_vec()
        };
        let title = text!(words::WORTHS, other = self.called(1));
        let columns = [words::DATA, words::MULTIPLE, words::LOWER, words::UPPER, words::NEEDED, self.truth()];
        table("worth", title, &columns, some.map(row).collect())
    }

    /// The fitted laws.
    #[inline(never)]
    fn fitted(&self, laws: &[DataLaw; 2]) -> Table {
        let parts: [(Template<0>, fn(&DataLaw) -> f64); 3] = [
            (words::FACTOR_CELL, |law| law.factor),
            (words::EXPONENT_ROW, |law| law.exponent),
            (words::FLOOR_ROW, |law| law.floor),
        ];
        let row = |recipe: usize, (called, of): (Template<0>, fn(&DataLaw) -> f64)| -> Vec<Cell> {
            let [lo, hi] = self.ends(|laws| of(&laws[recipe])).unwrap_or([f64::NAN; 2]);
            let truth = self.recipes.truth.map_or(f64::NAN, |truth| of(&truth[recipe]));
            let numbers = [of(&laws[recipe]), lo, hi, truth].map(Cell::from);
            let name = self.recipes.names[recipe].clone();
            [Cell::from(name), called.into()].into_iter().chain(numbers).collect()
        };
        let rows = [0, 1].into_iter().flat_map(|recipe| parts.map(|part| row(recipe, part))).collect();
        let columns = [words::RECIPE, words::PARAMETER, words::FIT, words::LOWER, words::UPPER, self.truth()];
        table("laws", words::LAWS, &columns, rows)
    }

    /// Sentences about the runs and the fits.
    fn notes(&self, laws: Option<[DataLaw; 2]>) -> Table {
        let recipes = &self.recipes;
        let mut notes: Vec<Text> = Vec::new();
        if let Some(models) = &recipes.models {
            notes.extend(models_notes(models));
        } else if recipes.truth.is_some() {
            notes.push(words::SIMULATED.into());
        }
        notes.push(text!(words::REFERENCE_IS, reference = self.called(0)));
        notes.extend(recipes.notes.iter().cloned());
        for recipe in [0, 1] {
            let [lo, hi] = recipes.amounts(recipe);
            let rows = recipes.problems[recipe].data.len();
            if rows == 0 {
                continue;
            }
            let rows = count(rows);
            notes.push(text!(words::ROWS, recipe = self.called(recipe), rows = rows, least = lo, most = hi));
        }
        if recipes.excluded > 0 {
            notes.push(text!(words::LEFT_OUT, rows = count(recipes.excluded)));
        }
        if self.idle_rules {
            notes.push(words::EXCLUDE_UNUSED.into());
        }
        if let Some(data) = self.replaced {
            notes.push(text!(words::REPLACED, data = recipes.amount(data), used = recipes.amount(self.data)));
        }
        if let Some(laws) = laws {
            self.notes_on(&laws, &mut notes);
        }
        table("notes", words::NOTES, &[words::NOTE], notes.into_iter().map(|note| vec![note.into()]).collect())
    }

    /// Adds the sentences about the fits.
    #[inline(never)]
    fn notes_on(&self, laws: &[DataLaw; 2], notes: &mut Vec<Text>) {
        let [reference, other] = laws;
        let recipes = &self.recipes;
        let problems = &recipes.problems;
        notes.push(problems[0].objective.words());
        for (recipe, problem) in problems.iter().enumerate() {
            match silent(problem, &self.fits[recipe]) {
                Some(why) => {
                    notes.push(text!(words::OF_RECIPE_NOTE, recipe = self.called(recipe), problem = text::phrase(why)));
                }
                None if draws_losses(problem) => {
                    let rows = count(problem.data.len());
                    notes.push(text!(words::FEW_ROWS, recipe = self.called(recipe), rows = rows));
                }
                None => {}
            }
        }
        if let Some(recipe) = self.stuck() {
            notes.push(text!(words::WORTH_STUCK, recipe = self.called(recipe)));
            return;
        }
        let (level, worth) = (other.loss(self.data), self.worth(laws));
        let [least, most] = recipes.amounts(1);
        if self.is_outside(1, self.data) {
            let data = recipes.amount(self.data);
            notes.push(text!(words::BEYOND_OTHER, other = self.called(1), data = data, least = least, most = most));
        }
        let [least, most] = recipes.amounts(0);
        if worth.is_infinite() {
            notes.push(text!(
                words::NEVER,
                reference = self.called(0),
                other = self.called(1),
                data = recipes.amount(self.data),
                loss = loss(level),
                floor = loss(reference.floor)
            ));
        } else if self.is_outside(0, worth * self.data) {
            notes.push(text!(
                words::BEYOND_REFERENCE,
                reference = self.called(0),
                data = recipes.amount(self.data),
                needed = amount(worth * self.data),
                least = least,
                most = most
            ));
        }
        let never = self.refits.iter().filter(|laws| self.worth(laws).is_infinite()).count();
        if never > 0 {
            let share = share(never as f64 / self.refits.len() as f64);
            notes.push(text!(words::SOME_NEVER, reference = self.called(0), other = self.called(1), share = share));
        }
    }
}
