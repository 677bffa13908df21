//! Numbers in sentences. Files hold numbers whole; people read a few digits.

/// `x` with that many significant digits, for sentences: no zeros at the end, whole numbers whole, and powers of ten below
/// 10^-4 and from 10^7 on.
pub fn significant(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return endless(x).to_owned();
    }
    if x.fract() == 0.0 && x.abs() < 1e7 {
        return format!("{:.0}", x + 0.0);
    }
    let text = format!("{x:.*e}", digits.saturating_sub(1));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..7).contains(&power) {
        let places = usize::try_from(digits as i32 - 1 - power).unwrap_or(0);
        // Digits before the point that are not asked for are zeros.
        shortened(&format!("{:.places$}", text.parse().unwrap_or(x))).to_owned()
    } else {
        format!("{}e{exponent}", shortened(mantissa))
    }
}

/// Without the zeros that end a decimal fraction.
fn shortened(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// What is no finite number, in words.
const fn endless(x: f64) -> &'static str {
    match x {
        f64::INFINITY => "infinite",
        f64::NEG_INFINITY => "minus infinite",
        _ => "not a number",
    }
}

/// `x` with that many decimal places, for sentences; `|x| < 9e15 / 10^places`.
///
/// The page's first result needs no other number in words: the standard library's printer, which is right for every
/// `x`, would weigh 10 KB.
pub fn decimal(x: f64, places: usize) -> String {
    if !x.is_finite() {
        return endless(x).to_owned();
    }
    let scale = 10_u64.pow(places as u32);
    let scaled = (x.abs() * scale as f64).round() as u64;
    let sign = if x < 0.0 && scaled > 0 { "-" } else { "" };
    let (whole, part) = (scaled / scale, scaled % scale);
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0places$}") }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_the_standard_printers() {
        for x in [0.0, 0.05, 75.4567, -75.4567, 99.96, -0.04, 1e-9, 0.9996, 123_456.789, -1.0] {
            assert_eq!(decimal(x, 3), format!("{x:.3}").replace("-0.000", "0.000"), "three places of {x}");
            assert_eq!(decimal(x, 0), format!("{x:.0}").replace("-0", "0"), "no places of {x}");
        }
        assert_eq!(decimal(0.125, 2), "0.13", "a tie goes away from 0");
        assert_eq!((decimal(f64::NAN, 1).as_str(), decimal(f64::INFINITY, 1).as_str()), ("not a number", "infinite"));
    }

    #[test]
    fn people_read_a_few_digits() {
        for (x, digits, text) in [
            (-6_220_302_286_064_874.0, 4, "-6.22e15"),
            (0.123_456_789, 4, "0.1235"),
            (0.75, 5, "0.75"),
            (-0.0, 4, "0"),
            (65_536.0, 3, "65536"),
            (1e7, 4, "1e7"),
            (123_456.7, 3, "123000"),
            (0.000_123_456, 3, "0.000123"),
            (0.000_012_345_6, 3, "1.23e-5"),
            (0.999_96, 4, "1"),
            (9_999_999.6, 4, "1e7"),
            (3_223_445.4, 5, "3223400"),
            (f64::MAX, 3, "1.8e308"),
            (5e-324, 3, "4.94e-324"),
        ] {
            assert_eq!(significant(x, digits), text, "{digits} digits of {x:e}");
        }
        let none = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|x| significant(x, 4));
        assert_eq!(none, ["not a number", "infinite", "minus infinite"]);
    }
}
