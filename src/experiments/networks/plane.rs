//! The landscape of the loss around the path of a network, as two maps of one plane through its weights.
//!
//! The plane contains the weights before and after training, and those of the checkpoint that is farthest from the line
//! between them. One map shows the loss on uniform sequences, the other that on sequences of the power law from which the
//! network has learned. So they show where the one is flat and the other has a slope.

use super::words;
use crate::error::Result;
use crate::exec::Exec;
use crate::output::{Axis, Field, Figure, Frame, Mark, Series};
use crate::params::Scale;
use crate::sim::layers::PANEL;
use crate::sim::sequences::{LANES, Run, Sequences, Setting, Test};
use crate::text;
use crate::text::{Template, Text, setting};
use crate::theory::symmetric::dot;

/// Width and height of a cell of a map. The distance between start and end is 1.
const CELL: f64 = 0.1;
/// Number of cells that a map has around the path, on each side.
const MARGIN: [i32; 2] = [3, 4];
/// Largest number of columns, and of rows, of a map.
const MOST: i32 = 31;
/// Losses beyond this multiple of that of guessing have one colour, so that the colours show the way down.
const CLIP: f64 = 1.5;

/// Two maps of the loss around the path of a network.
pub(super) struct Plane {
    /// Exponent of the power law from which the network has learned.
    exponent: f64,
    x: Vec<f64>,
    y: Vec<f64>,
    /// Losses on uniform sequences and on sequences of the power law, `losses[map][row][column]`.
    losses: [Vec<Vec<f64>>; 2],
    /// Where the network was before training and at the checkpoints.
    path: Vec<[f64; 2]>,
}

/// Two directions in the space of the weights. They are orthogonal and equally long.
pub(super) struct Directions {
    along: Vec<f64>,
    across: Vec<f64>,
}

/// The differences of some weights from others.
fn from(origin: &[f32], weights: &[f32]) -> Vec<f64> {
    weights.iter().zip(origin).map(|(w, o)| f64::from(*w) - f64::from(*o)).collect()
}

impl Directions {
    /// The directions of the plane of a path, which begins at the origin: `along` leads to its end, and the plane contains
    /// the point that is farthest from this line. It is `None` if the path is a straight line.
    pub(super) fn of(path: &[Vec<f32>]) -> Option<Self> {
        let [origin, .., end] = path else { return None };
        let along = from(origin, end);
        let square = dot(&along, &along);
        let rest = |weights: &Vec<f32>| -> Vec<f64> {
            let way = from(origin, weights);
            let x = dot(&way, &along) / square;
            way.iter().zip(&along).map(|(w, a)| w - x * a).collect()
        };
        let mut farthest = vec![0.0; end.len()];
        for rest in path.iter().map(rest) {
            if dot(&rest, &rest) > dot(&farthest, &farthest) {
                farthest = rest;
            }
        }
        let scale = (square / dot(&farthest, &farthest)).sqrt();
        let across = farthest.iter().map(|r| scale * r).collect();
        // A distance from the line that is due to rounding is no direction.
        (scale < 1e4).then_some(Self { along, across })
    }

    /// The place of some weights in the plane, as multiples of the two directions.
    pub(super) fn place(&self, origin: &[f32], weights: &[f32]) -> [f64; 2] {
        let way = from(origin, weights);
        [&self.along, &self.across].map(|direction| dot(&way, direction) / dot(direction, direction))
    }

    /// The weights at a place of the plane.
    pub(super) fn weights(&self, origin: &[f32], [x, y]: [f64; 2]) -> Vec<f32> {
        let steps = self.along.iter().zip(&self.across).map(|(a, b)| x * a + y * b);
        origin.iter().zip(steps).map(|(o, step)| (f64::from(*o) + step) as f32).collect()
    }
}

impl Plane {
    /// Maps around the path of a network, given what it draws, the uniform sequences of its tests, and the first rows of its
    /// states before training and at the checkpoints. The result is `None` if the path is a straight line.
    ///
    /// # Errors
    /// Fails as [`Exec::map`] does.
    pub(super) async fn of(
        setting: &Setting,
        seed: u32,
        run: Run,
        uniform: &Sequences,
        states: &[Vec<[f32; LANES]>],
        exec: &Exec,
    ) -> Result<Option<Self>> {
        let path: Vec<Vec<f32>> = states.iter().map(|state| state.as_flattened()[PANEL..].to_vec()).collect();
        let (Some(directions), Some(last)) = (Directions::of(&path), states.last()) else { return Ok(None) };
        let places: Vec<[f64; 2]> = path.iter().map(|weights| directions.place(&path[0], weights)).collect();
        // The places of the lines of cells along an axis.
        let lines = |axis: usize| -> Vec<f64> {
            let cells = || places.iter().map(|place| place[axis] / CELL);
            let first = cells().fold(f64::INFINITY, f64::min).floor() as i32 - MARGIN[axis];
            let last = cells().fold(f64::NEG_INFINITY, f64::max).ceil() as i32 + MARGIN[axis];
            (first..=last.min(first + MOST - 1)).map(|i| CELL * f64::from(i)).collect()
        };
        let (x, y) = (lines(0), lines(1));
        let clip = CLIP * setting.task.chance().loss;
        let law = setting.sequences(seed, run);
        let mut losses = [Vec::new(), Vec::new()];
        for y in &y {
            // Row by row, because all cells together would take too much memory.
            let mut cells = Vec::new();
            for x in &x {
                let mut state = last.clone();
                state.as_flattened_mut()[PANEL..].copy_from_slice(&directions.weights(&path[0], [*x, *y]));
                cells.extend(state);
            }
            for (losses, sequences) in losses.iter_mut().zip([uniform, &law]) {
                let inputs = Test::inputs(setting, seed, sequences, &cells);
                let tested = Test::results(&exec.map::<Test>(&inputs, 0..x.len() as u32).await?);
                losses.push(tested.iter().map(|tested| tested.loss.min(clip)).collect());
            }
        }
        Ok(Some(Self { exponent: setting.laws[run.law as usize], x, y, losses, path: places }))
    }

    /// The two maps as figures, each with the path.
    #[inline(never)]
    pub(super) fn figures(&self) -> [Figure; 2] {
        let title = text!(words::LANDSCAPE_OF_POWER_LAW, alpha = setting(self.exponent));
        [
            self.figure("landscape-uniform", words::LANDSCAPE_OF_UNIFORM.into(), 0),
            self.figure("landscape-power", title, 1),
        ]
    }

    fn figure(&self, id: &'static str, title: Text, map: usize) -> Figure {
        const LABELS: [Template<0>; 2] = [words::CLIPPED_TEST_LOSS, words::CLIPPED_TRAINING_LOSS];
        let [x, y] = [0, 1].map(|axis| self.path.iter().map(|place| place[axis]).collect());
        Figure::new(id, title, Axis::linear(words::ALONG), Axis::linear(words::ACROSS))
            .field(Field {
                x: self.x.clone(),
                y: self.y.clone(),
                z: self.losses[map].clone(),
                label: LABELS[map],
                unit: "",
                scale: Scale::Linear,
                frame: Frame::Plane,
            })
            .series([Series::measured("path", words::PATH, x, y).line().how(words::PATH_OF)])
            .marks([Mark::at(words::START, 0.0, 0.0), Mark::at(words::END, 1.0, 0.0)])
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_plane_contains_the_ends_and_the_farthest_point_of_a_path() {
        let path =
            [vec![1.0, 2.0, 3.0, 0.0], vec![1.5, 3.0, 3.0, 1.0], vec![4.0, 2.0, 3.0, 0.5], vec![5.0, 2.0, 3.0, 0.0]];
        let plane = Directions::of(&path).expect("a plane");
        assert!(dot(&plane.along, &plane.across).abs() < 1e-9, "orthogonal");
        assert!((dot(&plane.along, &plane.along) - dot(&plane.across, &plane.across)).abs() < 1e-9, "equally long");
        let place = |i: usize| plane.place(&path[0], &path[i]);
        assert_eq!([place(0), place(3)], [[0.0, 0.0], [1.0, 0.0]]);
        assert!(
            (place(1)[0] - 0.125).abs() < 1e-12 && (place(1)[1] - 0.25 * 2f64.sqrt()).abs() < 1e-12,
            "{:?}",
            place(1)
        );
        for i in [0, 1, 3] {
            let back = plane.weights(&path[0], place(i));
            assert!(back.iter().zip(&path[i]).all(|(a, b)| (a - b).abs() < 1e-6), "{i} lies in the plane: {back:?}");
        }
        assert!(Directions::of(&[path[0].clone(), path[2].clone()]).is_none(), "a straight line has no plane");
        assert!(Directions::of(&path[..1]).is_none());
    }
}
