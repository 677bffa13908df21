//! Figures: axes, series, heat maps and named places. Numbers that are not finite are `null` in the document.

use serde::Serialize;

use super::{finite_list, finite_list_option, finite_option, finite_rows};
use crate::params::Scale;

/// The most points a series may have; longer ones are thinned by [`Series::thin`].
pub const POINTS_MAX: usize = 2000;

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
}
