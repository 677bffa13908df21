//! Formats numbers for sentences. Files contain all digits of a number, but people see only a few. The page has equal
//! functions in `www/js/i18n.js`.

/// Text that stands for a number that is not finite.
const NONE: &str = "–";

/// Formats `x` with `digits` significant digits, as people write numbers. Whole numbers below 10⁷ keep all digits.
/// Thousands are grouped, and the minus sign is U+2212. A power of ten is used for numbers of 10⁷ or more, and for
/// fractions below 10⁻³.
pub fn people(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return NONE.to_owned();
    }
    let sign = if x < 0.0 { "−" } else { "" };
    let size = x.abs();
    if x != 0.0 && !(1e-3..1e7).contains(&size) {
        let (decimals, power) = rounded(size, digits.max(1));
        if size < 1e-3 && power == -3 {
            return people(x.signum() * 1e-3, digits);
        }
        let mantissa = point(&decimals, 0);
        let exponent: String = power.to_string().chars().map(superscript).collect();
        return if mantissa == "1" && sign.is_empty() {
            format!("10{exponent}")
        } else {
            format!("{sign}{mantissa} × 10{exponent}")
        };
    }
    let (decimals, power) = rounded(size, digits.max(if size.fract() == 0.0 { 7 } else { 1 }));
    let text = point(&decimals, power);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let gap = if part.is_empty() { "" } else { "." };
    let sign = if text == "0" { "" } else { sign };
    format!("{sign}{}{gap}{part}", grouped(whole))
}

/// Formats an amount of parameters, tokens or operations with 3 significant digits and a letter for the thousands:
/// `48.3 B` for `4.83e10`. Amounts below 1000, and amounts of 10¹⁵ or more, are written as [`people`] writes them.
pub(super) fn amount(x: f64) -> String {
    // What is rounded up to 1000 has the next letter.
    let scaled = |unit: f64| people(x / unit, 3);
    [(1e3, "K"), (1e6, "M"), (1e9, "B"), (1e12, "T")]
        .into_iter()
        .rev()
        .find(|(unit, _)| (0.9995 * unit..0.9995e15).contains(&x.abs()))
        .map_or_else(|| people(x, 3), |(unit, letter)| format!("{} {letter}", scaled(unit)))
}

/// Rounds a positive number to `digits` significant digits. Returns these digits, and the exponent of the power of ten
/// for which the first digit stands. A tie is rounded away from 0, as browsers do.
fn rounded(size: f64, digits: usize) -> (String, i32) {
    if size == 0.0 {
        return ("0".into(), 0);
    }
    // Forty digits more than are kept: what is a tie then is one.
    let long = format!("{size:.*e}", digits + 40);
    let (mantissa, exponent) = long.split_once('e').unwrap_or((&long, "0"));
    let mut power: i32 = exponent.parse().unwrap_or(0);
    let all: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let mut kept = all[..digits].to_vec();
    if all[digits] >= 5 {
        match kept.iter().rposition(|digit| *digit < 9) {
            Some(place) => {
                kept[place] += 1;
                kept[place + 1..].fill(0);
            }
            None => {
                kept.fill(0);
                kept[0] = 1;
                power += 1;
            }
        }
    }
    (kept.iter().map(|digit| char::from(digit + b'0')).collect(), power)
}

/// Writes digits as a decimal fraction. The first digit stands for `10^power`. Zeros at the end are left out.
fn point(digits: &str, power: i32) -> String {
    let text = match usize::try_from(power) {
        Ok(power) if power + 1 >= digits.len() => format!("{digits:0<width$}", width = power + 1),
        Ok(power) => format!("{}.{}", &digits[..=power], &digits[power + 1..]),
        Err(_) => format!("0.{}{digits}", "0".repeat(power.unsigned_abs() as usize - 1)),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Writes the digits of a whole number in groups of three.
fn grouped(whole: &str) -> String {
    let mut text = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The superscript of a digit or of a minus sign.
pub(super) fn superscript(c: char) -> char {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    c.to_digit(10).map_or('⁻', |digit| digits[digit as usize])
}

/// Formats `x` in a form that can be typed again. It has the fewest digits that give exactly `x`, and a power of ten
/// instead of many zeros.
pub fn typed(x: f64) -> String {
    let (size, plain, short) = (x.abs(), (x + 0.0).to_string(), format!("{x:e}"));
    let within = x == 0.0 || (1e-6..1e21).contains(&size);
    if within && (plain.len() <= 12 || plain.len() <= short.len()) { plain } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_letter() {
        for (x, text) in [
            (48.26e9, "48.3 B"),
            (1.9892e12, "1.99 T"),
            (70e6, "70 M"),
            (999.6, "1 K"),
            (999.4, "999"),
            (999_600_000.0, "1 B"),
            (-2500.0, "−2.5 K"),
            (1e15, "10¹⁵"),
            (5.5e23, "5.5 × 10²³"),
            (0.0, "0"),
            (0.25, "0.25"),
        ] {
            assert_eq!(amount(x), text, "{x}");
        }
    }

    #[test]
    fn people_read_a_few_digits() {
        for (x, digits, text) in [
            (-6_220_302_286_064_874.0, 4, "−6.22 × 10¹⁵"),
            (0.123_456_789, 4, "0.1235"),
            (0.75, 5, "0.75"),
            (-0.0, 4, "0"),
            (65_536.0, 3, "65,536"),
            (1e7, 4, "10⁷"),
            (-1e7, 4, "−1 × 10⁷"),
            (123_456.7, 3, "123,000"),
            (0.001, 3, "0.001"),
            (0.000_123_456, 3, "1.23 × 10⁻⁴"),
            (0.000_999_99, 4, "0.001"),
            (-0.000_999_99, 4, "−0.001"),
            (0.000_999_99, 5, "9.9999 × 10⁻⁴"),
            (0.999_96, 4, "1"),
            (9_999_999.6, 4, "10,000,000"),
            (3_223_445.4, 5, "3,223,400"),
            (f64::MAX, 3, "1.8 × 10³⁰⁸"),
            (5e-324, 3, "4.94 × 10⁻³²⁴"),
            (0.125, 2, "0.13"),
            (-0.125, 2, "−0.13"),
            (0.375, 2, "0.38"),
            (2.5, 1, "3"),
        ] {
            assert_eq!(people(x, digits), text, "{digits} digits of {x:e}");
        }
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|x| people(x, 4)), [NONE; 3]);
    }

    #[test]
    fn what_is_typed_reads_back() {
        for (x, text) in [
            (1e-60, "1e-60"),
            (-1e200, "-1e200"),
            (1e30, "1e30"),
            (f64::MAX, "1.7976931348623157e308"),
            (0.001, "0.001"),
            (-2.5, "-2.5"),
            (1e9, "1000000000"),
            (1e12, "1e12"),
            (237_336_955_477.55, "237336955477.55"),
            (0.0, "0"),
            (-0.0, "0"),
        ] {
            assert_eq!(typed(x), text);
            assert_eq!(typed(x).parse(), Ok(x), "{text} reads back");
        }
    }
}
