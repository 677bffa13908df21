//! Handles: the points of a figure that a reader drags to set a parameter.

use serde::{Serialize, Serializer};

use super::finite_list_option;
use super::{Figure, Id, Mark};

/// A point of a figure that the reader drags along a curve, or over a simplex, to set a parameter. It stands where the
/// parameter has its present value. [`Figure::handle`] adds it with a mark, whose label says what is read there.
///
/// Pages show a handle as a grip for pointer, touch and keys. Saved figures contain only the mark.
#[derive(Clone, Debug, Serialize)]
pub struct Handle {
    /// The name of the parameter that the handle sets: a number, a whole number or shares.
    pub param: &'static str,
    /// The id of the series along which the handle moves; its abscissae ascend or descend. `None` means that the handle
    /// moves over a simplex: its coordinates are the first two of the three shares that the parameter consists of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub along: Option<Id>,
    /// The value of the parameter at each point of the series. `None` means that the value is the abscissa, or 100 times
    /// the abscissa if the unit of the parameter is `%`.
    #[serde(serialize_with = "finite_list_option", skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<f64>>,
    /// The index of the share that the handle sets, if the parameter consists of shares; the other shares keep their
    /// proportions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// The index of the mark at the handle.
    pub mark: usize,
}

impl Handle {
    /// Makes a handle that moves along the series with this id. The parameter takes the abscissa as its value, in percent
    /// if its unit is `%`.
    pub fn along(param: &'static str, series: impl Into<Id>) -> Self {
        Self { param, along: Some(series.into()), values: None, part: None, mark: 0 }
    }

    /// Makes a handle that moves over a simplex. The parameter consists of three shares.
    pub const fn over_simplex(param: &'static str) -> Self {
        Self { param, along: None, values: None, part: None, mark: 0 }
    }

    /// Sets the value of the parameter at each point of the series.
    pub fn values(mut self, values: Vec<f64>) -> Self {
        self.values = Some(values);
        self
    }

    /// Makes the handle set one share of the parameter; the other shares keep their proportions.
    pub const fn part(mut self, part: usize) -> Self {
        self.part = Some(part);
        self
    }
}

/// Serialises handles. This is a separate function because the build splits the wasm by function, and few experiments
/// need it.
#[inline(never)]
pub(super) fn all<S: Serializer>(handles: &[Handle], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(handles)
}

impl Figure {
    /// Adds a handle, and the mark that stands at the handle.
    #[inline(never)]
    pub fn handle(mut self, handle: Handle, mark: Mark) -> Self {
        self.handles.push(Handle { mark: self.marks.len(), ..handle });
        self.marks.push(mark);
        self
    }
}
