//! Statistics that several experiments need: sorting, means, fits of lines and parabolas, quantiles, and intervals.

use crate::math::{self, Z95};

/// Length up to which [`sort`] inserts each value among those before it.
const SHORT: usize = 16;

/// Sorts values in ascending order, as [`f64::total_cmp`] defines it. The standard library's sort would add kilobytes to
/// the page for each type and comparison, so other modules sort through this function, [`sort_by`] and [`order`].
pub fn sort(values: &mut [f64]) {
    if values.len() <= SHORT {
        for end in 1..values.len() {
            let value = values[end];
            let mut place = end;
            while place > 0 && value.total_cmp(&values[place - 1]).is_lt() {
                values[place] = values[place - 1];
                place -= 1;
            }
            values[place] = value;
        }
        return;
    }
    let half = values.len() / 2;
    sort(&mut values[..half]);
    sort(&mut values[half..]);
    // Values are written from the front, and never beyond the next one of the right half.
    let left = values[..half].to_vec();
    let (mut place, mut right) = (0, half);
    for value in left {
        while right < values.len() && values[right].total_cmp(&value).is_lt() {
            values[place] = values[right];
            place += 1;
            right += 1;
        }
        values[place] = value;
        place += 1;
    }
}

/// Sorts indices by ascending keys. Indices with equal keys keep their order. This is a merge sort, which takes a tenth
/// of the code of the standard library's sort.
pub fn sort_by(indices: &mut [usize], key: &dyn Fn(usize) -> f64) {
    if indices.len() < 2 {
        return;
    }
    let (left, right) = indices.split_at_mut(indices.len() / 2);
    sort_by(left, key);
    sort_by(right, key);
    let (left, right) = (left.to_vec(), right.to_vec());
    let (mut i, mut j) = (0, 0);
    for place in indices {
        let is_left = j == right.len() || i < left.len() && key(left[i]).total_cmp(&key(right[j])).is_le();
        *place = if is_left { left[i] } else { right[j] };
        if is_left { i += 1 } else { j += 1 }
    }
}

/// Indices of values, in ascending order of the values. The indices of equal values are in ascending order.
pub fn order(values: &[f64]) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..values.len()).collect();
    sort_by(&mut indices, &|i| values[i]);
    indices
}

/// Pearson's correlation coefficient of x and y.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (mx, my) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(usize) -> f64| (0..x.len()).map(f).sum::<f64>();
    let xy = sum(&|i| (x[i] - mx) * (y[i] - my));
    xy / (sum(&|i| (x[i] - mx) * (x[i] - mx)) * sum(&|i| (y[i] - my) * (y[i] - my))).sqrt()
}

/// Mean of the values, and the standard error of this mean. The mean is NaN if there is no value, and the error is NaN
/// if there are fewer than two values.
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean, (spread / n).sqrt())
}

/// Quantile of Student's t distribution with `freedom` degrees of freedom, given the quantile `normal` of the normal
/// distribution. It is used instead of `normal` if a standard error is estimated from few runs. It is computed by a
/// series in 1/`freedom` (Abramowitz and Stegun, 26.7.5). Up to the quantile of a 99.9% interval, its error is less than
/// 1e-3 for 15 degrees of freedom or more, and less than 1% for 7.
pub fn student(normal: f64, freedom: f64) -> f64 {
    let (z, z2) = (normal, normal * normal);
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (first + (second + third / freedom) / freedom) / freedom
}

/// Weights `w_i` with which `sum_i w_i y_i` is the slope of the least-squares line through the points `(x_i, y_i)`.
pub fn slope_weights(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let square: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
    x.iter().map(|x| (x - mean) / square).collect()
}

/// Wilson's 95% confidence interval of a probability, after `hits` successes in `of` trials.
pub fn wilson(hits: u32, of: u32) -> [f64; 2] {
    let (n, z2) = (f64::from(of), Z95 * Z95);
    let share = f64::from(hits) / n;
    let middle = share + 0.5 * z2 / n;
    let half = Z95 * (share * (1.0 - share) / n + 0.25 * z2 / (n * n)).sqrt();
    let end = |x: f64| (x / (1.0 + z2 / n)).clamp(0.0, 1.0);
    // Rounding must not move an end that is exactly 0 or 1.
    [if hits == 0 { 0.0 } else { end(middle - half) }, if hits == of { 1.0 } else { end(middle + half) }]
}

/// The x coordinate of the lowest point of the least-squares parabola through the points; NaN if the parabola has no
/// lowest point.
pub fn vertex(xs: &[f64], ys: &[f64]) -> f64 {
    if xs.len() < 3 {
        return f64::NAN;
    }
    let n = xs.len() as f64;
    // Centred abscissae keep the normal equations well conditioned.
    let middle = xs.iter().sum::<f64>() / n;
    let sum = |f: &dyn Fn(f64, f64) -> f64| xs.iter().zip(ys).map(|(x, y)| f(x - middle, *y)).sum::<f64>();
    let (s2, s3, s4) = (sum(&|x, _| x * x), sum(&|x, _| x * x * x), sum(&|x, _| x * x * x * x));
    let (t0, t1, t2) = (sum(&|_, y| y), sum(&|x, y| x * y), sum(&|x, y| x * x * y));
    // Eliminate c from [n 0 s2; 0 s2 s3; s2 s3 s4] (c, b, a) = (t0, t1, t2).
    let (u, v) = (s4 - s2 * s2 / n, t2 - s2 * t0 / n);
    let determinant = s2 * u - s3 * s3;
    let (curvature, slope) = ((s2 * v - s3 * t1) / determinant, (u * t1 - s3 * v) / determinant);
    if curvature > 0.0 { middle - 0.5 * slope / curvature } else { f64::NAN }
}

/// Index, counted from 0, of the quantile `share` in a sorted list of `count` values. It is the smallest i for which
/// the first `i + 1` values are at least this share of the list.
pub fn place(count: usize, share: f64) -> usize {
    (share * count as f64).ceil().max(1.0) as usize - 1
}

/// Lower quartile, median and upper quartile. Each of them equals one of the values (see [`place`]); all are NaN if
/// there are no values.
pub fn quartiles(values: &[f32]) -> [f64; 3] {
    let mut sorted: Vec<f64> = values.iter().copied().map(f64::from).collect();
    sort(&mut sorted);
    [0.25, 0.5, 0.75].map(|share| sorted.get(place(sorted.len(), share)).copied().unwrap_or(f64::NAN))
}

/// The largest c with `P(a / b < c) <= tail`, for two independent random numbers a and b. Each list has the possible
/// values of its random number in ascending order, each with its probability. Where b is infinite, the quotient counts
/// as 0. The result is 0 if a or b has no finite value.
pub fn lower_end(a: &[(f64, f64)], b: &[(f64, f64)], tail: f64) -> f64 {
    let below = |c: f64| {
        let (mut i, mut reached, mut sum) = (0, 0.0, 0.0);
        for &(b, weight) in b {
            // The relative slack keeps a quotient equal to c from counting as below it.
            while i < a.len() && a[i].0 < c * b * (1.0 - 1e-12) {
                reached += a[i].1;
                i += 1;
            }
            sum += weight * reached;
        }
        sum
    };
    let (Some(first), Some(last)) = (a.first(), b.last()) else { return 0.0 };
    let finite = |list: &[(f64, f64)]| list.iter().rev().map(|(x, _)| *x).find(|x| x.is_finite());
    let (Some(most), Some(longest)) = (finite(a), finite(b)) else { return 0.0 };
    // Bisection in the logarithm, between the least and the largest quotient.
    let (mut lo, mut hi) = (math::ln(first.0 / longest), math::ln(most / b[0].0));
    if last.0.is_infinite() && below(math::exp(lo)) > tail {
        return 0.0;
    }
    for _ in 0..60 {
        let middle = 0.5 * (lo + hi);
        if below(math::exp(middle)) <= tail { lo = middle } else { hi = middle }
    }
    // Return the exact quotient that bisection closed in on, so that equal times make 1.
    let near = math::exp(hi);
    let above = |b: f64| Some(a.get(a.partition_point(|(x, _)| *x < near * b * (1.0 - 1e-9)))?.0 / b);
    let mut quotients = b.iter().filter_map(|(b, _)| above(*b));
    quotients.find(|q| (q / near - 1.0).abs() < 1e-9).unwrap_or(near)
}

/// For each j, the probability that the median of n draws with replacement from n distinct values is the j-th smallest
/// of these values. The median is the `ceil(n/2)`-th smallest draw.
///
/// A uniform number in `((j-1)/n, j/n]` stands for a draw of the j-th smallest value. The r-th smallest of n uniform
/// numbers has the density `x^(r-1) (1-x)^(n-r) / B(r, n-r+1)`, with the Beta function B. The Gauss-Legendre rule with
/// 8 points integrates this density, with `r = ceil(n/2)`, over each interval. The rule is exact for n <= 16, and its
/// error is at most 1e-12 for larger n.
pub fn median_weights(n: usize) -> Vec<f64> {
    const NODES: [(f64, f64); 4] = [
        (0.183_434_642_495_649_8, 0.362_683_783_378_362),
        (0.525_532_409_916_329, 0.313_706_645_877_887_3),
        (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
        (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
    ];
    let (size, rank) = (n as f64, n.div_ceil(2) as f64);
    let scale = math::lgamma(size + 1.0) - math::lgamma(rank) - math::lgamma(size - rank + 1.0);
    let density = |x: f64| math::exp(scale + (rank - 1.0) * math::ln(x) + (size - rank) * math::ln_1p(-x));
    let half = 0.5 / size;
    (0..n)
        .map(|j| {
            let middle = (j as f64 + 0.5) / size;
            // By Hoeffding's inequality, less than e^-60 is left out.
            if size * (middle - 0.5) * (middle - 0.5) > 40.0 && n > 64 {
                return 0.0;
            }
            let cell =
                |(node, weight): (f64, f64)| weight * (density(middle - half * node) + density(middle + half * node));
            half * NODES.into_iter().map(cell).sum::<f64>()
        })
        .collect()
}

/// Least-squares line through points `(x, y, standard error of y)`, which are weighted by the inverse squares of their
/// errors. Returns `[slope, standard error of the slope, y at x = 0]`; `None` if there are fewer than two points or all
/// x are equal.
pub fn line(points: &[(f64, f64, f64)]) -> Option<[f64; 3]> {
    let weight = |error: f64| 1.0 / (error * error);
    let total: f64 = points.iter().map(|p| weight(p.2)).sum();
    let mean = |of: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(|p| weight(p.2) * of(p)).sum::<f64>() / total;
    let (mx, my) = (mean(&|p| p.0), mean(&|p| p.1));
    let spread: f64 = points.iter().map(|p| weight(p.2) * (p.0 - mx) * (p.0 - mx)).sum();
    if points.len() < 2 || spread <= 0.0 || spread.is_nan() {
        return None;
    }
    let slope = points.iter().map(|p| weight(p.2) * (p.0 - mx) * (p.1 - my)).sum::<f64>() / spread;
    Some([slope, (1.0 / spread).sqrt(), my - slope * mx])
}

/// Lowest point `(x, y)` between `lo` and `hi` on the polynomial through the given points, found by golden-section
/// search.
pub fn bottom(x: &[f64], y: &[f64], mut lo: f64, mut hi: f64) -> (f64, f64) {
    const SECTION: f64 = 0.381_966_011_250_105_1;
    // Neville's scheme evaluates the polynomial.
    let value = |at: f64| {
        let mut p = y.to_vec();
        for order in 1..x.len() {
            for i in 0..x.len() - order {
                p[i] = ((at - x[i + order]) * p[i] + (x[i] - at) * p[i + 1]) / (x[i] - x[i + order]);
            }
        }
        p[0]
    };
    for _ in 0..40 {
        let (a, b) = (lo + SECTION * (hi - lo), hi - SECTION * (hi - lo));
        if value(a) < value(b) { hi = b } else { lo = a }
    }
    let at = 0.5 * (lo + hi);
    (at, value(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_as_the_standard_library_sorts_them() {
        for len in [0, 1, 2, 15, 16, 17, 40, 1000] {
            let odd = [f64::NAN, -f64::NAN, -0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY];
            let mut values: Vec<f64> =
                (0..len).map(|i| if i % 5 == 0 { odd[i % 6] } else { ((i * 7919) % 101) as f64 - 50.0 }).collect();
            let mut want = values.clone();
            want.sort_unstable_by(f64::total_cmp);
            sort(&mut values);
            let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&values), bits(&want), "{len} values");
        }
    }

    #[test]
    fn equal_keys_keep_their_order() {
        assert_eq!(order(&[2.0, 1.0, f64::INFINITY, 1.0, -0.0, 0.0]), [4, 5, 1, 3, 0, 2]);
        let mut indices = [5, 3, 4, 0, 2];
        sort_by(&mut indices, &|i| (i % 2) as f64);
        assert_eq!(indices, [4, 0, 2, 5, 3]);
    }

    #[test]
    fn students_quantiles_are_those_of_the_tables() {
        for (normal, freedom, want, error) in [
            (math::Z999, 7.0, 5.408, 0.05),
            (math::Z999, 15.0, 4.0728, 2e-3),
            (math::Z999, 31.0, 3.6335, 2e-3),
            (Z95, 15.0, 2.1314, 2e-3),
            (Z95, 511.0, 1.9646, 2e-3),
        ] {
            assert!((student(normal, freedom) - want).abs() < error, "{freedom}: {}", student(normal, freedom));
        }
    }

    #[test]
    fn a_correlation_is_one_along_a_line() {
        assert!((correlation(&[1.0, 2.0, 4.0], &[3.0, 1.0, -3.0]) + 1.0).abs() < 1e-15);
        assert_eq!(correlation(&[1.0, 2.0, 3.0], &[1.0, 0.0, 1.0]), 0.0);
    }
}
