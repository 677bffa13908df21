//! What an experiment answers: figures, tables, verdicts, and the one document that page, widget and command
//! line all emit.
//!
//! Numbers keep full precision; what is not finite is `null` in the document.

use serde::{Serialize, Serializer};

use crate::params::{Scale, Value};

/// The most points a series may have; longer ones are thinned by [`Series::thin`].
pub const POINTS_MAX: usize = 2000;

fn finite<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    x.is_finite().then_some(*x).serialize(serializer)
}

fn finite_option<S: Serializer>(x: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    x.filter(|x| x.is_finite()).serialize(serializer)
}

fn finite_pair<S: Serializer>(pair: &Option<[f64; 2]>, serializer: S) -> Result<S::Ok, S::Error> {
    pair.map(|pair| pair.map(|x| x.is_finite().then_some(x))).serialize(serializer)
}

fn finite_list<S: Serializer>(xs: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(xs.iter().map(|x| x.is_finite().then_some(*x)))
}

fn finite_list_option<S: Serializer>(xs: &Option<Vec<f64>>, serializer: S) -> Result<S::Ok, S::Error> {
    xs.as_ref().map(|xs| xs.iter().map(|x| x.is_finite().then_some(*x)).collect::<Vec<_>>()).serialize(serializer)
}

fn finite_rows<S: Serializer>(rows: &[Vec<f64>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| row.iter().map(|x| x.is_finite().then_some(*x)).collect::<Vec<_>>()))
}

/// One axis, or the colour of a field.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Axis {
    /// What is plotted.
    pub label: &'static str,
    /// Its unit; `%` for a share that is printed as a percentage, empty for a pure number.
    pub unit: &'static str,
    /// Linear or logarithmic.
    pub scale: Scale,
}

/// What a series is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Joined points; `lo` and `hi` are a band around it.
    Line,
    /// Markers; `lo` and `hi` are error bars.
    Points,
    /// Only the area between `lo` and `hi`.
    Band,
}

/// Where a series comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Simulated here.
    Measured,
    /// A closed form.
    Theory,
    /// A number somebody printed.
    Published,
}

/// One curve or cloud of points.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// Unique in its figure.
    pub id: &'static str,
    /// Legend text.
    pub label: String,
    /// Line, points or band.
    pub kind: Kind,
    /// Measured, theory or published.
    pub role: Role,
    /// Abscissae.
    #[serde(serialize_with = "finite_list")]
    pub x: Vec<f64>,
    /// Ordinates; not finite where there is none.
    #[serde(serialize_with = "finite_list")]
    pub y: Vec<f64>,
    /// Lower ends of intervals; not finite where open.
    #[serde(serialize_with = "finite_list_option", skip_serializing_if = "Option::is_none")]
    pub lo: Option<Vec<f64>>,
    /// Upper ends.
    #[serde(serialize_with = "finite_list_option", skip_serializing_if = "Option::is_none")]
    pub hi: Option<Vec<f64>>,
    /// Starts switched off in the legend.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Points with ordinate 0 on a logarithmic axis are drawn at its floor, open: "none seen".
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub floor: bool,
}

impl Series {
    /// A series without intervals.
    pub fn new(id: &'static str, label: impl Into<String>, kind: Kind, role: Role, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self { id, label: label.into(), kind, role, x, y, lo: None, hi: None, hidden: false, floor: false }
    }

    /// The same with intervals.
    pub fn with_interval(mut self, lo: Vec<f64>, hi: Vec<f64>) -> Self {
        (self.lo, self.hi) = (Some(lo), Some(hi));
        self
    }

    /// The same, switched off at first.
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Keeps at most [`POINTS_MAX`] points, at places that depend on the length only.
    pub fn thin(&mut self) {
        let n = self.x.len();
        if n > POINTS_MAX {
            for list in [Some(&mut self.x), Some(&mut self.y), self.lo.as_mut(), self.hi.as_mut()].into_iter().flatten()
            {
                for i in 0..POINTS_MAX {
                    // Never to the right of its source.
                    list[i] = list[i * (n - 1) / (POINTS_MAX - 1)];
                }
                list.truncate(POINTS_MAX);
            }
        }
    }
}

/// Where a field lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// x and y are plain axes.
    Plane,
    /// x and y are the first two of three shares.
    Simplex,
}

/// A heat map: `z[row = y][col = x]`, not finite outside the simplex.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Columns.
    #[serde(serialize_with = "finite_list")]
    pub x: Vec<f64>,
    /// Rows.
    #[serde(serialize_with = "finite_list")]
    pub y: Vec<f64>,
    /// Values.
    #[serde(serialize_with = "finite_rows")]
    pub z: Vec<Vec<f64>>,
    /// What the colour means.
    pub label: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Linear or logarithmic colour.
    pub scale: Scale,
    /// Plane or simplex.
    pub frame: Frame,
}

/// A named place on a figure.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    /// What is there.
    pub label: String,
    /// Abscissa; a rule across the figure when `y` is absent.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub x: Option<f64>,
    /// Ordinate.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub y: Option<f64>,
}

impl Mark {
    /// A vertical rule.
    pub fn at_x(label: impl Into<String>, x: f64) -> Self {
        Self { label: label.into(), x: Some(x), y: None }
    }
    /// A point.
    pub fn at(label: impl Into<String>, x: f64, y: f64) -> Self {
        Self { label: label.into(), x: Some(x), y: Some(y) }
    }
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Unique in the experiment.
    pub id: &'static str,
    /// Heading.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// A heat map behind the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// Curves and points.
    pub series: Vec<Series>,
    /// Named places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}

/// A cell of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(#[serde(serialize_with = "finite")] f64),
    /// A word.
    Text(String),
}

impl From<f64> for Cell {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<String> for Cell {
    fn from(x: String) -> Self {
        Self::Text(x)
    }
}

impl From<&str> for Cell {
    fn from(x: &str) -> Self {
        Self::Text(x.to_owned())
    }
}

/// A column's heading.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Column {
    /// What it holds.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
}

/// One table.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Unique in the experiment.
    pub id: &'static str,
    /// Heading.
    pub title: String,
    /// Headings of the columns.
    pub columns: Vec<Column>,
    /// Cells.
    pub rows: Vec<Vec<Cell>>,
}

/// `x` with that many decimal places, for sentences; `|x| < 9e15 / 10^places`.
///
/// The page's first result needs no other number in words: the standard library's printer, which is right for every
/// `x`, would weigh 10 KB.
pub fn decimal(x: f64, places: usize) -> String {
    if !x.is_finite() {
        return "undefined".to_owned();
    }
    let scale = 10_u64.pow(places as u32);
    let scaled = (x.abs() * scale as f64).round() as u64;
    let sign = if x < 0.0 && scaled > 0 { "-" } else { "" };
    let (whole, part) = (scaled / scale, scaled % scale);
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0places$}") }
}

/// What the numbers say about a claim: computed, never canned.
///
/// An interval decides only if it excludes something. It refutes the theory if it excludes the theory. It supports the
/// theory if it holds the theory and excludes the null. Otherwise `agrees` is `None`: the run cannot tell. That is also
/// the answer for a run that was cancelled or censored, and where there is only theory.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Unique in the experiment.
    pub id: &'static str,
    /// The claim that was put to the test, a sentence.
    pub claim: String,
    /// The measured value.
    #[serde(serialize_with = "finite")]
    pub measured: f64,
    /// Its 99.9 % interval; an end that is not finite is open.
    #[serde(serialize_with = "finite_pair")]
    pub interval: Option<[f64; 2]>,
    /// What theory says.
    #[serde(serialize_with = "finite_option")]
    pub theory: Option<f64>,
    /// What would be measured if the effect were absent, or if a rival were right; see [`Verdict::against`].
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub null: Option<f64>,
    /// How far the measurement may be off beyond its interval, in the units of the values.
    #[serde(serialize_with = "finite")]
    pub resolution: f64,
    /// Does the interval, widened by the stated resolution, hold the theory?
    pub agrees: Option<bool>,
    /// Unit of the values; `%` for shares.
    pub unit: &'static str,
    /// What else a reader should know, a sentence; may be empty.
    pub note: String,
}

impl Verdict {
    /// A verdict whose `agrees` is computed: does `interval`, widened by `resolution` at both ends, hold
    /// `theory`? It cannot tell where one of the numbers is none.
    pub fn of(
        id: &'static str,
        claim: impl Into<String>,
        measured: f64,
        interval: Option<[f64; 2]>,
        theory: f64,
        resolution: f64,
    ) -> Self {
        let numbers = measured.is_finite() && theory.is_finite() && !resolution.is_nan();
        let agrees = interval
            .filter(|[lo, hi]| numbers && !lo.is_nan() && !hi.is_nan())
            .map(|[lo, hi]| !(theory < lo - resolution || theory > hi + resolution));
        Self {
            id,
            claim: claim.into(),
            measured,
            interval,
            theory: Some(theory),
            null: None,
            resolution,
            agrees,
            unit: "",
            note: String::new(),
        }
    }

    /// Demands that the interval, widened by the resolution, excludes `null` before the verdict may agree. Otherwise the
    /// verdict cannot tell, and its note says `settle`: a sentence that names what would decide (more runs, more samples).
    /// Call it after [`Verdict::note`]. Where theory and null are the same, use [`Verdict::within`].
    pub fn against(mut self, null: f64, settle: &str) -> Self {
        self.null = Some(null);
        let held = self.interval.is_none_or(|[lo, hi]| !(null < lo - self.resolution || null > hi + self.resolution));
        self.doubt(held, settle)
    }

    /// Demands that the interval ends no farther than `margin` from the theory before the verdict may agree: a wide
    /// interval that holds the theory says nothing. Otherwise the verdict cannot tell, and its note says `settle`.
    pub fn within(self, margin: f64, settle: &str) -> Self {
        let theory = self.theory.unwrap_or(f64::NAN);
        let wide = self.interval.is_none_or(|[lo, hi]| !(theory - lo <= margin && hi - theory <= margin));
        self.doubt(wide, settle)
    }

    /// Turns "agrees" into "cannot tell" where `doubtful`.
    fn doubt(mut self, doubtful: bool, settle: &str) -> Self {
        if doubtful && self.agrees == Some(true) {
            self.agrees = None;
            let gap = if self.note.is_empty() { "" } else { " " };
            self.note = format!("{settle}{gap}{}", self.note);
        }
        self
    }

    /// The same with a unit.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// The same with a note.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// Everything an experiment has to show so far.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Output {
    /// Figures in the order of the page.
    pub figures: Vec<Figure>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Verdicts.
    pub verdicts: Vec<Verdict>,
}

/// How far a run is, in marks fixed by its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Marks recorded.
    pub done: u32,
    /// Marks in all; 0 when the closed form is everything.
    pub total: u32,
}

impl Progress {
    /// Is there nothing left to do?
    pub const fn finished(self) -> bool {
        self.done >= self.total
    }
}

/// A back end used by a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceUse {
    /// `cpu` or `gpu`.
    pub kind: &'static str,
    /// The adapter's or engine's name.
    pub adapter: String,
    /// The first mark it computed.
    pub from_mark: u32,
}

/// The table that a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataUse {
    /// Its rows.
    pub rows: usize,
    /// A digest of its bytes: whether two runs read the same table.
    pub digest: String,
}

/// The one result document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Always `scaling-lab`.
    pub lab: &'static str,
    /// Version of the lab.
    pub version: &'static str,
    /// Commit it was built from, `unknown` outside git.
    pub commit: &'static str,
    /// Slug.
    pub experiment: &'static str,
    /// Values as read, by name.
    #[serde(serialize_with = "crate::params::as_map")]
    pub params: Vec<(&'static str, Value)>,
    /// The table it read; nothing where it read none.
    pub data: Option<DataUse>,
    /// Seed of all draws.
    pub seed: u32,
    /// Back ends used.
    pub device: Vec<DeviceUse>,
    /// Seconds of work.
    #[serde(serialize_with = "finite")]
    pub elapsed_s: f64,
    /// How far the run is.
    pub progress: Progress,
    /// What the reader should know about the run, sentences.
    pub notices: Vec<String>,
    /// Figures, tables, verdicts.
    #[serde(flatten)]
    pub output: Output,
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_both_ends_and_depends_on_the_length_only() {
        let series = |n: usize| {
            let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let mut series =
                Series::new("s", "s", Kind::Line, Role::Theory, x.clone(), x.clone()).with_interval(x.clone(), x);
            series.thin();
            series
        };
        assert_eq!(series(POINTS_MAX).x.len(), POINTS_MAX, "short series stay as they are");
        let thin = series(123_457);
        assert_eq!((thin.x.len(), thin.x[0], thin.x[POINTS_MAX - 1]), (POINTS_MAX, 0.0, 123_456.0), "ends");
        assert!(thin.x.windows(2).all(|pair| pair[0] < pair[1]), "in order, none twice");
        assert_eq!((&thin.y, thin.lo.as_ref(), thin.hi.as_ref()), (&thin.x, Some(&thin.x), Some(&thin.x)), "together");
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let series = Series::new("s", "s", Kind::Line, Role::Theory, vec![1.0], vec![f64::NAN])
            .with_interval(vec![f64::NEG_INFINITY], vec![2.0]);
        let json = serde_json::to_value(&series).expect("json");
        assert_eq!(json["y"][0], serde_json::Value::Null, "no ordinate");
        assert_eq!((&json["lo"][0], json["hi"][0].as_f64()), (&serde_json::Value::Null, Some(2.0)), "an open interval");
    }

    #[test]
    fn decimals_are_the_standard_printers() {
        for x in [0.0, 0.05, 75.4567, -75.4567, 99.96, -0.04, 1e-9, 0.9996, 123_456.789, -1.0] {
            assert_eq!(decimal(x, 3), format!("{x:.3}").replace("-0.000", "0.000"), "three places of {x}");
            assert_eq!(decimal(x, 0), format!("{x:.0}").replace("-0", "0"), "no places of {x}");
        }
        assert_eq!(decimal(0.125, 2), "0.13", "a tie goes away from 0");
        assert_eq!((decimal(f64::NAN, 1).as_str(), decimal(f64::INFINITY, 1).as_str()), ("undefined", "undefined"));
    }

    #[test]
    fn a_verdict_is_computed() {
        let verdict = |theory, resolution| Verdict::of("v", "v", 1.0, Some([0.9, 1.1]), theory, resolution).agrees;
        assert_eq!(verdict(1.05, 0.0), Some(true), "inside");
        assert_eq!(verdict(1.2, 0.0), Some(false), "outside");
        assert_eq!(verdict(1.2, 0.2), Some(true), "within the resolution");
        assert_eq!(Verdict::of("v", "v", 1.0, None, 1.0, 0.0).agrees, None, "cannot tell");
        let lost = [f64::NAN, 1.0].map(|lo| Verdict::of("v", "v", 1.0, Some([lo, 2.0]), f64::NAN, 0.0).agrees);
        assert_eq!(lost, [None; 2], "what is not a number decides nothing");
        assert_eq!(
            Verdict::of("v", "v", 1.0, Some([f64::NAN, 2.0]), 1.0, 0.0).agrees,
            None,
            "nor does half an interval"
        );
    }

    #[test]
    fn an_interval_decides_only_if_it_excludes_something() {
        let verdict = |interval, theory| Verdict::of("v", "v", 1.0, Some(interval), theory, 0.1).note("Noted.");
        let against = |interval, theory| verdict(interval, theory).against(0.0, "More runs would settle it.");
        assert_eq!(against([0.5, 1.5], 1.0).agrees, Some(true), "holds the theory, excludes the null");
        assert_eq!(against([0.05, 1.5], 1.0).agrees, None, "the resolution reaches the null");
        assert_eq!(
            against([-1.0, 1.5], 1.0).note,
            "More runs would settle it. Noted.",
            "and says what would settle it"
        );
        assert_eq!(against([-1.0, 0.5], 2.0).agrees, Some(false), "excludes the theory");
        assert_eq!(against([f64::NEG_INFINITY, 1.5], 1.0).agrees, None, "an open end reaches the null");
        let within = |interval| verdict(interval, 1.0).within(0.2, "More runs would settle it.").agrees;
        assert_eq!((within([0.9, 1.1]), within([0.9, 1.3]), within([0.7, 1.1])), (Some(true), None, None), "width");
        assert_eq!(within([f64::NAN, 1.1]), None, "an interval without an end");
        assert_eq!(verdict([3.0, 4.0], 1.0).within(0.2, "").agrees, Some(false), "excludes the theory");
    }
}
