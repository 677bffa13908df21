//! Figures: axes, series, heat maps and marks. A number that is not finite is `null` in the result document.

use std::borrow::Cow;

use serde::Serialize;

use super::handle::{self, Handle};
use super::{finite_list, finite_list_option, finite_option, finite_rows};
use crate::params::Scale;
use crate::text::{Template, Text};

/// Largest number of points that a series has in the result document. Longer series are thinned by [`Series::thin`].
pub const POINTS_MAX: usize = 2000;

/// The permanent name of a figure, table, series or verdict. Links and files contain it. Most ids are constants, but if
/// a figure has many similar curves, their ids contain a number.
pub type Id = Cow<'static, str>;

/// An axis of a figure.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Axis {
    /// The quantity along the axis.
    pub label: Template<0>,
    /// The unit of the quantity. It is `%` for shares that are shown as percentages, and empty for pure numbers.
    pub unit: &'static str,
    /// Whether the axis is linear or logarithmic.
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

    /// Sets the unit of the quantity; `%` is for shares that are shown as percentages.
    pub const fn unit(mut self, unit: Template<0>) -> Self {
        self.unit = unit.english();
        self
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Points joined by a line. The values `lo` and `hi` are the edges of a band around the line.
    Line,
    /// Markers. The values `lo` and `hi` are the endpoints of error bars.
    Points,
    /// Only the area between `lo` and `hi`.
    Band,
}

/// The origin of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Simulated or measured by the lab.
    Measured,
    /// Computed from a closed form.
    Theory,
    /// Taken from a publication.
    Published,
}

/// A list of points with intervals. [`Points::series`] makes a series from it.
#[derive(Clone, Debug, Default)]
pub struct Points {
    x: Vec<f64>,
    y: Vec<f64>,
    lo: Vec<f64>,
    hi: Vec<f64>,
}

impl Points {
    /// Adds a point and its interval. An endpoint that is not finite means that the interval is unbounded on that side.
    pub fn push(&mut self, x: f64, y: f64, [lo, hi]: [f64; 2]) {
        self.x.push(x);
        self.y.push(y);
        self.lo.push(lo);
        self.hi.push(hi);
    }

    /// Makes a measured series from the points; `None` if there are no points.
    pub fn series(self, id: impl Into<Id>, label: impl Into<Text>) -> Option<Series> {
        (!self.x.is_empty()).then(|| Series::measured(id, label, self.x, self.y).interval(self.lo, self.hi))
    }
}

/// Whether `value` can be drawn on an axis with this scale.
fn fits(value: f64, scale: Scale) -> bool {
    value.is_finite() && (value > 0.0 || scale == Scale::Linear)
}

/// The name of a group of series. The legend has one entry for the group.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// Id of the group.
    pub id: Id,
    /// The name of the group in the legend.
    pub label: Text,
}

/// One curve or cloud of points.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// Id of the series, unique in its figure.
    pub id: Id,
    /// The group of the series. All series of a group show the same quantity (computed, measured or published), and
    /// have the same colour. Each group of a figure has its own colour. A series without a group is a group by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// The name of the series. The legend shows it if the group of the series has no name.
    pub label: Text,
    /// How the values were found, in a few words: simulated, exact. The legend shows these words once for all groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<Text>,
    /// A short name that is written at the last point of the curve, if there is room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Text>,
    /// How the series is drawn: line, points or band.
    pub kind: Kind,
    /// The origin of the series: measured, theory or published.
    pub role: Role,
    /// The abscissae of the points.
    #[serde(serialize_with = "finite_list")]
    pub x: Vec<f64>,
    /// The ordinates of the points; NaN where a point is missing.
    #[serde(serialize_with = "finite_list")]
    pub y: Vec<f64>,
    /// The lower endpoints of the intervals; not finite for intervals without a lower bound.
    #[serde(serialize_with = "finite_list_option", skip_serializing_if = "Option::is_none")]
    pub lo: Option<Vec<f64>>,
    /// The upper endpoints of the intervals; not finite for intervals without an upper bound.
    #[serde(serialize_with = "finite_list_option", skip_serializing_if = "Option::is_none")]
    pub hi: Option<Vec<f64>>,
    /// Whether the series is hidden until the reader switches it on in the legend.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Whether points with ordinate 0 are drawn, as open markers at the lower edge of the logarithmic axis. In such a
    /// series, the ordinate 0 means that an event was never seen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub floor: bool,
}

impl Series {
    // The builders are not inlined, because each call would add to the size of the page's first part.
    #[inline(never)]
    fn new(id: Id, label: Text, kind: Kind, role: Role, x: Vec<f64>, y: Vec<f64>) -> Self {
        let (how, tag, lo, hi) = (None, None, None, None);
        Self { id, group: None, label, how, tag, kind, role, x, y, lo, hi, hidden: false, floor: false }
    }

    /// Makes a curve that theory predicts.
    pub fn theory(id: impl Into<Id>, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self::new(id.into(), label.into(), Kind::Line, Role::Theory, x, y)
    }

    /// Makes a series of measured points; see also [`Points`].
    pub fn measured(id: impl Into<Id>, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self::new(id.into(), label.into(), Kind::Points, Role::Measured, x, y)
    }

    /// Makes a series of published points.
    pub fn published(id: impl Into<Id>, label: impl Into<Text>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self::new(id.into(), label.into(), Kind::Points, Role::Published, x, y)
    }

    /// Joins the points by a line.
    pub const fn line(mut self) -> Self {
        self.kind = Kind::Line;
        self
    }

    /// Draws the points as markers.
    pub const fn points(mut self) -> Self {
        self.kind = Kind::Points;
        self
    }

    /// Sets the group of the series.
    pub fn group(mut self, group: impl Into<Id>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Says in a few words how the values were found.
    pub fn how(self, how: impl Into<Text>) -> Self {
        self.with_how(how.into())
    }

    #[inline(never)]
    fn with_how(mut self, how: Text) -> Self {
        self.how = Some(how);
        self
    }

    /// Writes a short name at the last point of the curve, if there is room.
    #[inline(never)]
    pub fn tag(mut self, tag: Text) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Sets the interval of every point. It is drawn as a band around a line, or as an error bar of a marker.
    #[inline(never)]
    pub fn interval(mut self, lo: Vec<f64>, hi: Vec<f64>) -> Self {
        (self.lo, self.hi) = (Some(lo), Some(hi));
        self
    }

    /// Hides the series until the reader switches it on in the legend.
    pub const fn hidden(self) -> Self {
        self.hidden_if(true)
    }

    /// Hides the series until the reader switches it on in the legend, but only if `hidden` is true.
    pub const fn hidden_if(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Draws points with ordinate 0, as open markers at the lower edge of the logarithmic axis. In such a series, the
    /// ordinate 0 means that an event was never seen.
    pub const fn at_floor(mut self) -> Self {
        self.floor = true;
        self
    }

    /// Whether any part of the series can be drawn on a vertical axis with this scale.
    fn shows(&self, scale: Scale) -> bool {
        let ends = [self.lo.as_ref(), self.hi.as_ref()].into_iter().flatten();
        self.floor || [&self.y].into_iter().chain(ends).flatten().any(|value| fits(*value, scale))
    }

    /// Reduces the series to at most [`POINTS_MAX`] points, evenly spread over the series. The choice of the points
    /// depends only on the length of the series.
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

/// The coordinate system of a heat map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// x and y are Cartesian coordinates.
    Plane,
    /// x and y are the first two of three shares. The three shares sum to 1.
    Simplex,
}

/// A heat map. The value `z[row][column]` belongs to the abscissa `x[column]` and the ordinate `y[row]`. In a heat map
/// over a simplex, values outside the simplex are not finite.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// The abscissae of the columns.
    #[serde(serialize_with = "finite_list")]
    pub x: Vec<f64>,
    /// The ordinates of the rows.
    #[serde(serialize_with = "finite_list")]
    pub y: Vec<f64>,
    /// The values, row by row.
    #[serde(serialize_with = "finite_rows")]
    pub z: Vec<Vec<f64>>,
    /// The quantity that the colour shows.
    pub label: Template<0>,
    /// The unit of the quantity.
    pub unit: &'static str,
    /// Whether the colour scale is linear or logarithmic.
    pub scale: Scale,
    /// The coordinates: plane or simplex.
    pub frame: Frame,
}

/// A mark on a figure: a point, a horizontal line, a vertical line, a vertical band or only a sentence, with a label.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    /// The label of the mark.
    pub label: Text,
    /// The abscissa. If `y` is absent, the mark is a vertical line. If both are absent, the label stands in the middle.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub x: Option<f64>,
    /// The abscissa of the other edge, if the mark is a vertical band, such as a phase. `x` is the left edge.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// The ordinate. If `x` is absent, the mark is a horizontal line.
    #[serde(serialize_with = "finite_option", skip_serializing_if = "Option::is_none")]
    pub y: Option<f64>,
}

impl Mark {
    /// Makes a mark that is a vertical line.
    pub fn at_x(label: impl Into<Text>, x: f64) -> Self {
        Self { label: label.into(), x: Some(x), to: None, y: None }
    }
    /// Makes a mark that is a vertical band from `x` to `to`.
    pub fn band(label: impl Into<Text>, x: f64, to: f64) -> Self {
        Self { to: Some(to), ..Self::at_x(label, x) }
    }
    /// Makes a mark that is a horizontal line.
    pub fn at_y(label: impl Into<Text>, y: f64) -> Self {
        Self { label: label.into(), x: None, to: None, y: Some(y) }
    }
    /// Makes a mark that is only a sentence in the middle of the plot, such as what the run will draw there.
    pub fn note(label: impl Into<Text>) -> Self {
        Self { label: label.into(), x: None, to: None, y: None }
    }
    /// Makes a mark at a point.
    pub fn at(label: impl Into<Text>, x: f64, y: f64) -> Self {
        Self { label: label.into(), x: Some(x), to: None, y: Some(y) }
    }
}

/// A figure of a result.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Id of the figure, unique in the experiment.
    pub id: Id,
    /// The title of the figure.
    pub title: Text,
    /// The horizontal axis.
    pub x: Axis,
    /// The heading of the user's column along the horizontal axis. It takes the place of the axis's label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<Text>,
    /// The vertical axis.
    pub y: Axis,
    /// A heat map that is drawn behind the series, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// Groups of series that have a name, in the order of their colours. A group without series has a colour too, so that
    /// no colour changes when a run adds series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// The curves and points.
    pub series: Vec<Series>,
    /// Labelled points and lines that are drawn on the figure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// The points that the reader drags to set a parameter.
    #[serde(serialize_with = "handle::all", skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<Handle>,
    /// Whether one unit is equally long on both axes, which must be linear.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub equal: bool,
    /// Whether the figure is folded and comes after the others, because few readers need it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub folded: bool,
    /// A sentence that says why there is nothing to draw; `None` if there is something to draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Template<0>>,
}

impl Figure {
    /// Makes a figure without series and marks.
    pub fn new(id: impl Into<Id>, title: impl Into<Text>, x: Axis, y: Axis) -> Self {
        Self::empty(id.into(), title.into(), x, y)
    }

    #[inline(never)]
    fn empty(id: Id, title: Text, x: Axis, y: Axis) -> Self {
        Self {
            id,
            title,
            x,
            y,
            heading: None,
            field: None,
            groups: vec![],
            series: vec![],
            marks: vec![],
            handles: vec![],
            equal: false,
            folded: false,
            nothing: None,
        }
    }

    /// Adds curves and points to the figure.
    pub fn series(self, series: impl IntoIterator<Item = Series>) -> Self {
        self.with_series(series.into_iter().collect())
    }

    #[inline(never)]
    fn with_series(mut self, series: Vec<Series>) -> Self {
        self.series.extend(series);
        self
    }

    /// Names a group of series. The groups have colours in the order of these calls, before groups without names.
    pub fn group(self, id: impl Into<Id>, label: impl Into<Text>) -> Self {
        self.with_groups(vec![Group { id: id.into(), label: label.into() }])
    }

    #[inline(never)]
    fn with_groups(mut self, groups: Vec<Group>) -> Self {
        self.groups.extend(groups);
        self
    }

    /// Names groups of series; see [`Figure::group`].
    pub fn groups<I: Into<Id>, T: Into<Text>>(self, groups: impl IntoIterator<Item = (I, T)>) -> Self {
        self.with_groups(groups.into_iter().map(|(id, label)| Group { id: id.into(), label: label.into() }).collect())
    }

    /// Adds marks to the figure.
    pub fn marks(self, marks: impl IntoIterator<Item = Mark>) -> Self {
        self.with_marks(marks.into_iter().collect())
    }

    #[inline(never)]
    fn with_marks(mut self, marks: Vec<Mark>) -> Self {
        self.marks.extend(marks);
        self
    }

    /// Draws a heat map behind the series.
    pub fn field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// Makes one unit equally long on both axes, so that a circle is a circle.
    pub const fn equal(mut self) -> Self {
        self.equal = true;
        self
    }

    /// Folds the figure and puts it after the others, because few readers need it.
    pub const fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    /// Sets the sentence that says why there is nothing to draw, unless there is something. Call this function after the
    /// series and the heat map are added.
    pub fn where_empty(mut self, why: Template<0>) -> Self {
        self.nothing = (!self.shows()).then_some(why);
        self
    }

    /// Drops every series that has no point which can be drawn on the vertical axis, such as a series of negative
    /// numbers on a logarithmic axis. Returns `None` if no series is left.
    pub fn drawn(mut self) -> Option<Self> {
        let scale = self.y.scale;
        self.series.retain(|series| series.floor || series.y.iter().any(|y| fits(*y, scale)));
        (!self.series.is_empty()).then_some(self)
    }

    /// Whether any part of the figure can be drawn on its axes.
    pub(super) fn shows(&self) -> bool {
        let field = |field: &Field| field.z.iter().flatten().any(|z| fits(*z, field.scale));
        self.field.as_ref().is_some_and(field) || self.series.iter().any(|series| series.shows(self.y.scale))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::text::word;

    #[test]
    fn thinning_keeps_both_ends_and_depends_on_the_length_only() {
        let series = |n: usize| {
            let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let mut series = Series::theory("s", word("s"), x.clone(), x.clone()).interval(x.clone(), x);
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
            let series = Series::theory("s", word(""), vec![1.0], vec![y]);
            Figure::new("f", word(""), Axis::linear(word("x")), axis).series([series]).drawn().is_some()
        };
        let (linear, log) = (Axis::linear(word("y")), Axis::log(word("y")));
        assert_eq!(
            [with(linear, f64::NAN), with(linear, -1.0), with(log, -1.0), with(log, 1.0)],
            [false, true, false, true]
        );
        let none_seen = Series::measured("s", word(""), vec![1.0], vec![0.0]).at_floor();
        assert!(Figure::new("f", word(""), linear, log).series([none_seen]).drawn().is_some(), "drawn at the floor");
        assert!(Points::default().series("s", word("")).is_none(), "no points, no series");
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let series =
            Series::theory("s", word("s"), vec![1.0], vec![f64::NAN]).interval(vec![f64::NEG_INFINITY], vec![2.0]);
        let json = serde_json::to_value(&series).expect("json");
        assert_eq!(json["y"][0], serde_json::Value::Null, "no ordinate");
        assert_eq!((&json["lo"][0], json["hi"][0].as_f64()), (&serde_json::Value::Null, Some(2.0)), "an open interval");
    }
}
