//! Figures: axes, series, heat maps and named places. Numbers that are not finite are `null` in the document.

use crate::text::word;
use std::borrow::Cow;

use serde::Serialize;

use super::{finite_list, finite_list_option, finite_option, finite_rows};
use crate::params::Scale;
use crate::text::{Template, Text};

/// The most points a series may have; longer ones are thinned by [`Series::thin`].
pub const POINTS_MAX: usize = 2000;

/// A permanent name: links and files hold it. Most are known when the lab is built; those of many curves are counted.
pub type Id = Cow<'static, str>;

/// One axis, or the colour of a field.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Axis {
    /// What is plotted.
    pub label: Template<0>,
    /// Its unit; `%` for a share that is printed as a percentage, empty for a pure number.
    pub unit: &'static str,
    /// Linear or logarithmic.
    pub scale: Scale,
}

impl Axis {
    /// A linear axis of pure numbers.
    pub const fn linear(label: Template<0>) -> Self {
        Self { label, unit: "", scale: Scale::Linear }
    }

    /// A logarithmic axis of pure numbers.
    pub const fn log(label: Template<0>) -> Self {
        Self { label, unit: "", scale: Scale::Log }
    }

    /// Gives it a unit; `%` for a share that is printed as a percentage.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
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

/// Points with intervals, collected one at a time.
#[derive(Clone, Debug, Default)]
pub struct Points {
    x: Vec<f64>,
    y: Vec<f64>,
    lo: Vec<f64>,
    hi: Vec<f64>,
}

impl Points {
    /// Adds a point. An end of its interval that is not finite is open.
    pub fn push(&mut self, x: f64, y: f64, [lo, hi]: [f64; 2]) {
        self.x.push(x);
        self.y.push(y);
        self.lo.push(lo);
        self.hi.push(hi);
    }

    /// The points as something that was measured; nothing where there are none.
    pub fn series(self, id: impl Into<Id>, label: impl Into<Text>) -> Option<Series> {
        (!self.x.is_empty()).then(|| Series::measured(id, label, self.x, self.y).interval(self.lo, self.hi))
    }
}

/// Has a value a place on an axis of that scale?
fn fits(value: f64, scale: Scale) -> bool {
    value.is_finite() && (value > 0.0 || scale == Scale::Linear)
}

/// One curve or cloud of points.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// Unique in its figure.
    pub id: Id,
    /// What it is about, where other series of the figure are about that too: series of one group are one thing,
    /// computed, measured or published, and share a colour. Without one a series is a group of its own. Two groups of a
    /// figure never share a colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// Legend text.
    pub label: Text,
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
    // Not inlined, as other builders here: each would weigh on the page's first part at every call.
    #[inline(never)]
    fn new(id: Id, label: Text, kind: Kind, role: Role, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self { id, group: None, label, kind, role, x, y, lo: None, hi: None, hidden: false, floor: false }
    }

    /// A curve of theory.
    pub fn theory(id: impl Into<Id>, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self::new(id.into(), label.into(), Kind::Line, Role::Theory, x, y)
    }

    /// Points that were measured; see also [`Points`].
    pub fn measured(id: impl Into<Id>, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self::new(id.into(), label.into(), Kind::Points, Role::Measured, x, y)
    }

    /// Points that somebody published.
    pub fn published(id: impl Into<Id>, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self::new(id.into(), label.into(), Kind::Points, Role::Published, x, y)
    }

    /// Joins its points.
    pub const fn line(mut self) -> Self {
        self.kind = Kind::Line;
        self
    }

    /// Draws markers instead of a curve.
    pub const fn points(mut self) -> Self {
        self.kind = Kind::Points;
        self
    }

    /// Says what it is about, where another series of the figure is about that too.
    pub fn group(mut self, group: impl Into<Id>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Gives every point an interval: a band around a line, error bars of points.
    #[inline(never)]
    pub fn interval(mut self, lo: Vec<f64>, hi: Vec<f64>) -> Self {
        (self.lo, self.hi) = (Some(lo), Some(hi));
        self
    }

    /// Switches it off at first.
    pub const fn hidden(self) -> Self {
        self.hidden_if(true)
    }

    /// Switches it off at first where `hidden`.
    pub const fn hidden_if(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Draws points with ordinate 0 at the floor of a logarithmic axis, open: "none seen".
    pub const fn at_floor(mut self) -> Self {
        self.floor = true;
        self
    }

    /// Can anything of it be drawn on a vertical axis of that scale?
    fn shows(&self, scale: Scale) -> bool {
        let ends = [self.lo.as_ref(), self.hi.as_ref()].into_iter().flatten();
        self.floor || [&self.y].into_iter().chain(ends).flatten().any(|value| fits(*value, scale))
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
    pub label: Template<0>,
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
    pub label: Text,
    /// Abscissa; a rule across the figure when `y` is absent.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub x: Option<f64>,
    /// Ordinate.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub y: Option<f64>,
}

impl Mark {
    /// A vertical rule.
    pub fn at_x(label: impl Into<Text>, x: f64) -> Self {
        Self { label: label.into(), x: Some(x), y: None }
    }
    /// A horizontal rule.
    pub fn at_y(label: impl Into<Text>, y: f64) -> Self {
        Self { label: label.into(), x: None, y: Some(y) }
    }
    /// A point.
    pub fn at(label: impl Into<Text>, x: f64, y: f64) -> Self {
        Self { label: label.into(), x: Some(x), y: Some(y) }
    }
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Unique in the experiment.
    pub id: Id,
    /// Heading.
    pub title: Text,
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
    /// Stands folded below the others: for whoever wants to know more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub folded: bool,
    /// Why there is nothing to draw, a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Template<0>>,
}

impl Figure {
    /// A figure with nothing in it yet.
    pub fn new(id: impl Into<Id>, title: impl Into<Text>, x: Axis, y: Axis) -> Self {
        Self::empty(id.into(), title.into(), x, y)
    }

    #[inline(never)]
    fn empty(id: Id, title: Text, x: Axis, y: Axis) -> Self {
        Self { id, title, x, y, field: None, series: vec![], marks: vec![], folded: false, nothing: None }
    }

    /// Adds series.
    pub fn series(self, series: impl IntoIterator<Item = Series>) -> Self {
        self.with_series(series.into_iter().collect())
    }

    #[inline(never)]
    fn with_series(mut self, series: Vec<Series>) -> Self {
        self.series.extend(series);
        self
    }

    /// Adds named places.
    pub fn marks(self, marks: impl IntoIterator<Item = Mark>) -> Self {
        self.with_marks(marks.into_iter().collect())
    }

    #[inline(never)]
    fn with_marks(mut self, marks: Vec<Mark>) -> Self {
        self.marks.extend(marks);
        self
    }

    /// Lays a heat map behind the series.
    pub fn field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// Folds it: it stands below the others, for whoever wants to know more.
    pub const fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    /// Says why, where a finished run leaves nothing to draw: a sentence.
    pub const fn where_empty(mut self, why: Template<0>) -> Self {
        self.nothing = Some(why);
        self
    }

    /// Drops series of which nothing can be drawn on its axes; nothing where none is left.
    pub fn drawn(mut self) -> Option<Self> {
        let scale = self.y.scale;
        self.series.retain(|series| series.floor || series.y.iter().any(|y| fits(*y, scale)));
        (!self.series.is_empty()).then_some(self)
    }

    /// Can anything be drawn on its axes?
    pub(super) fn shows(&self) -> bool {
        let field = |field: &Field| field.z.iter().flatten().any(|z| fits(*z, field.scale));
        self.field.as_ref().is_some_and(field) || self.series.iter().any(|series| series.shows(self.y.scale))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_both_ends_and_depends_on_the_length_only() {
        let series = |n: usize| {
            let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let mut series = Series::theory("s", "s", x.clone(), x.clone()).interval(x.clone(), x);
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
    fn a_figure_drops_what_it_cannot_draw() {
        let with = |axis, y: f64| {
            let series = Series::theory("s", "", vec![1.0], vec![y]);
            Figure::new("f", "", Axis::linear(word("x")), axis).series([series]).drawn().is_some()
        };
        let (linear, log) = (Axis::linear(word("y")), Axis::log(word("y")));
        assert_eq!(
            [with(linear, f64::NAN), with(linear, -1.0), with(log, -1.0), with(log, 1.0)],
            [false, true, false, true]
        );
        let none_seen = Series::measured("s", "", vec![1.0], vec![0.0]).at_floor();
        assert!(Figure::new("f", "", linear, log).series([none_seen]).drawn().is_some(), "drawn at the floor");
        assert!(Points::default().series("s", "").is_none(), "no points, no series");
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let series = Series::theory("s", "s", vec![1.0], vec![f64::NAN]).interval(vec![f64::NEG_INFINITY], vec![2.0]);
        let json = serde_json::to_value(&series).expect("json");
        assert_eq!(json["y"][0], serde_json::Value::Null, "no ordinate");
        assert_eq!((&json["lo"][0], json["hi"][0].as_f64()), (&serde_json::Value::Null, Some(2.0)), "an open interval");
    }
}
