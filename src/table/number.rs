//! Parses numbers in the many forms in which they are written: with separated thousands, decimal commas, suffixes, and
//! words for powers of ten.

use super::words;
use crate::text;
use crate::text::{Text, name};

/// Decimal mark: the character before the decimals of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A decimal point, as in 1.5.
    Point,
    /// A decimal comma, as in 1,5.
    Comma,
}

/// The meaning of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// A number that does not depend on the decimal mark.
    Number(f64),
    /// A number that is valid only with the given decimal mark.
    Only(Mark, f64),
    /// An ambiguous number. It is the first value if its mark is a decimal point, and the second value if it is a
    /// decimal comma.
    Either(f64, f64),
    /// A word or sign for a missing number.
    Missing,
    /// Text that is not a number.
    Text,
}

/// Words and signs for a missing number, in lower case.
const MISSING: [&str; 25] = [
    "", "na", "n/a", "n.a.", "nan", "null", "none", "nil", "-", "--", "–", "—", "?", "missing", "inf", "infinity", "∞",
    "#n/a", "#na", "#div/0!", "#value!", "#num!", "#ref!", "#null!", "#name?",
];

/// Whether a character is a kind of space that occurs inside numbers: a plain, no-break, narrow no-break, thin or
/// figure space.
const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}')
}

/// Replaces any apostrophe by one kind of apostrophe, and any space inside numbers by one kind of space. Both separate
/// thousands.
const fn alike(c: char) -> char {
    match c {
        '\u{2019}' | '\u{2018}' | '\u{2bc}' | '´' | '`' => '\'',
        c if is_space(c) => ' ',
        c => c,
    }
}

/// The exponent of the power of ten that a unit stands for, such as 6 for `M`. Other examples of units are `billions`,
/// `GFLOPs`, `%`, `in millions of tokens` and `1e9`. `None` for an unknown unit.
pub fn power(unit: &str) -> Option<i32> {
    const NAMES: [(&[&str], i32); 6] = [
        (&["k", "thousand", "thousands", "thsd", "tsd"], 3),
        (&["m", "mn", "mm", "mio", "mln", "million", "millions"], 6),
        (&["b", "bn", "g", "billion", "billions", "mrd", "bln"], 9),
        (&["t", "tn", "trn", "trillion", "trillions"], 12),
        (&["%", "percent"], -2),
        (&["", "1"], 0),
    ];
    let unit = unit.trim().to_lowercase();
    let unit = unit.strip_prefix("in ").unwrap_or(&unit);
    // Abbreviations such as Mio. and Mrd. end with a point.
    let unit = unit.strip_suffix('.').filter(|word| word.len() > 2).unwrap_or(unit);
    if let Some(prefix) = unit.strip_suffix("flops").or_else(|| unit.strip_suffix("flop")) {
        let large = [("", 0), ("p", 15), ("e", 18), ("z", 21)];
        let found = large.iter().find(|(name, _)| *name == prefix.trim()).map(|(_, power)| *power);
        return found.or_else(|| power(prefix));
    }
    let of = ["tokens", "token", "parameters", "params", "param", "samples", "steps"];
    let bare = of.iter().find_map(|word| unit.strip_suffix(word)).unwrap_or(unit).trim();
    let bare = bare.strip_suffix(" of").unwrap_or(bare).trim();
    let tens = bare.strip_prefix(['×', 'x', '*', '·']).unwrap_or(bare).trim();
    if let Some(exponent) = tens.strip_prefix("1e").or_else(|| tens.strip_prefix("10^")) {
        return exponent.trim_start_matches('+').parse().ok().filter(|power: &i32| power.abs() < 100);
    }
    NAMES.iter().find(|(names, _)| names.contains(&bare)).map(|(_, power)| *power)
}

/// Rewrites powers of ten in the form `1e6`. This number may also be written as `10^6`, `10**6`, `10⁶` or `10^{6}`.
pub fn tens(text: &str) -> String {
    const HIGH: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let high = |c: char| HIGH.chars().position(|high| high == c);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("10") {
        let (before, after) = rest.split_at(at);
        let after = &after[2..];
        out.push_str(before);
        let digit = out.ends_with(|c: char| c.is_ascii_digit());
        let sign = after.trim_start();
        let power = sign.strip_prefix("**").or_else(|| sign.strip_prefix('^')).map(str::trim_start);
        let raised: String = after.chars().map_while(high).map(|power| char::from(b'0' + power as u8)).collect();
        match power {
            Some(power) if !digit && power.starts_with(|c: char| c.is_ascii_digit()) => {
                out.push_str("1e");
                rest = power;
            }
            None if !digit && !raised.is_empty() => {
                out.push_str("1e");
                out.push_str(&raised);
                rest = after.trim_start_matches(|c| high(c).is_some());
            }
            _ => {
                out.push_str("10");
                rest = after;
            }
        }
    }
    out + rest
}

/// The exponent of the power of ten that a unit with zeros stands for, such as 3 for `000s`, `1000` and `1,000s`, or 2
/// for `100`.
fn zeros(text: &str) -> Option<i32> {
    let digits = text.strip_suffix("'s").or_else(|| text.strip_suffix('s')).unwrap_or(text);
    let digits: String =
        digits.chars().filter(|c| !matches!(c, ',' | '.' | '\'' | '’' | '_') && !is_space(*c)).collect();
    let nothing = digits.strip_prefix('1');
    let zeros = nothing.unwrap_or(&digits);
    let whole = nothing.is_some() || zeros.len() >= 3 && zeros.len().is_multiple_of(3);
    (whole && !zeros.is_empty() && zeros.len() < 30 && zeros.bytes().all(|b| b == b'0')).then_some(zeros.len() as i32)
}

/// The exponent of the power of ten that a unit in a heading stands for, and whether the unit is operations per second
/// times a day, as in `PF-days`. Other examples of units are `M`, `000s`, `kilo`, `x100`, `10⁶`, `e18` and `EFLOPs`.
pub fn unit(text: &str) -> Option<(i32, bool)> {
    const PREFIXES: [(&str, &str, i32); 7] = [
        ("kilo", "k", 3),
        ("mega", "m", 6),
        ("giga", "g", 9),
        ("tera", "t", 12),
        ("peta", "p", 15),
        ("exa", "e", 18),
        ("zetta", "z", 21),
    ];
    let text = tens(text).trim().to_lowercase();
    let text = text.strip_prefix("in ").unwrap_or(&text).trim();
    if text.contains('%') || text == "percent" {
        return None;
    }
    if let Some(power) = power(text) {
        return Some((power, false));
    }
    let plain: String = text.chars().filter(|c| !matches!(c, '-' | '_' | '/' | '·' | '*') && !is_space(*c)).collect();
    for days in ["days", "day", "d"] {
        let Some(rate) = plain.strip_suffix(days) else { continue };
        let rate = rate.strip_suffix('s').unwrap_or(rate);
        let rate = ["flops", "flop", "f"].iter().find_map(|word| rate.strip_suffix(word));
        let found = PREFIXES.iter().find(|(word, letter, _)| rate.is_some_and(|rate| rate == *word || rate == *letter));
        if let Some((.., power)) = found {
            return Some((*power, true));
        }
    }
    let bare =
        ["tokens", "token", "toks", "tok", "parameters", "params", "param", "samples", "steps", "flops", "flop", "f"]
            .iter()
            .find_map(|word| plain.strip_suffix(word).filter(|bare| !bare.is_empty()))
            .unwrap_or(&plain);
    if let Some((.., power)) =
        PREFIXES.iter().find(|(word, letter, _)| bare == *word || bare == *letter && plain != bare)
    {
        return Some((*power, false));
    }
    let times = text.strip_prefix(['×', 'x', '*', '·']).unwrap_or(text).trim();
    let exponent = times.strip_prefix('e').map(|power| power.trim_start_matches('+'));
    let exponent = exponent.filter(|power| !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit()));
    exponent
        .and_then(|power| power.parse().ok())
        .filter(|power| *power < 100)
        .or_else(|| zeros(times))
        .map(|ten| (ten, false))
}

/// Whether a part of a heading has the form of a scale: a factor, a power of ten or a percentage.
pub fn is_scale(text: &str) -> bool {
    let text = tens(text).to_lowercase();
    let digit = |word: &str| word.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '/'));
    text.contains(['%', '‰', '^', '⁻'])
        || text.contains("percent")
        || words.any(|word| {
            let times = word.strip_prefix(['×', 'x', '*', '·']);
            let ten = word.strip_prefix("1e").or_else(|| word.strip_prefix('e'));
            times.or(ten).is_some_and(digit)
        })
        || text.strip_prefix(['×', 'x', '*', '·']).is_some_and(digit)
        || ten_below_zero(&text)
}

/// Whether a text contains a negative power of ten, such as `1e-3`.
fn ten_below_zero(text: &str) -> bool {
    text.contains("1e-") || text.contains("1e−")
}

/// Whether a part of a heading looks like a unit of a count: a power of ten, a factor, zeros, a number with a suffix,
/// or a word for a multiple (such as `dozens`) or a measure (such as `MB`).
pub fn is_like_unit(text: &str) -> bool {
    const WORDS: [&str; 46] = [
        "k",
        "m",
        "b",
        "g",
        "t",
        "p",
        "e",
        "z",
        "mn",
        "bn",
        "tn",
        "mm",
        "mio",
        "mrd",
        "mln",
        "bln",
        "tsd",
        "milli",
        "micro",
        "kilo",
        "mega",
        "giga",
        "tera",
        "peta",
        "exa",
        "zetta",
        "dozen",
        "dozens",
        "ten",
        "tens",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "millions",
        "billion",
        "billions",
        "trillion",
        "trillions",
        "lakh",
        "lakhs",
        "crore",
        "crores",
        "kb",
        "mb",
    ];
    const BYTES: [&str; 9] = ["gb", "tb", "kib", "mib", "gib", "tib", "ki", "mi", "gi"];
    let lower = tens(text).to_lowercase();
    let like = |word: &str| {
        let word = word.trim_matches(|c: char| ".,'’".contains(c));
        WORDS.contains(&word) || BYTES.contains(&word) || zeros(word).is_some() || read(word).1
    };
    is_scale(&lower)
        || lower.contains("days")
        || lower.split(|c: char| c.is_whitespace() || "-_/".contains(c)).any(like)
}

/// Removes the separators of thousands from a mantissa (a number without sign, exponent and unit), and puts a point
/// before its decimals. `mark` is the decimal mark of the mantissa, and `grouped` says whether its thousands may be
/// separated. `None` if the text is not a mantissa of this form.
fn digits(text: &str, mark: Mark, grouped: bool) -> Option<String> {
    let (decimal, group) = if mark == Mark::Point { ('.', ',') } else { (',', '.') };
    let (whole, part) = text.split_once(decimal).unwrap_or((text, ""));
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !number(part) || whole.is_empty() && part.is_empty() {
        return None;
    }
    if number(whole) {
        return Some(format!("0{whole}.{part}0"));
    }
    let mark = alike(whole.chars().find(|c| !c.is_ascii_digit())?);
    if !grouped || !(mark == group || matches!(mark, ' ' | '\'' | '_')) {
        return None;
    }
    let groups: Vec<&str> = whole.split(|c| alike(c) == mark).collect();
    let (first, rest) = groups.split_first()?;
    let (last, middle) = rest.split_last()?;
    // Groups of thousands, or the Indian groups of two before the last three digits.
    let thousands = middle.iter().all(|group| group.len() == 3);
    let indian = mark == ',' && !middle.is_empty() && first.len() < 3 && middle.iter().all(|group| group.len() == 2);
    let fine = groups.iter().all(|group| number(group))
        && (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && last.len() == 3
        && (thousands || indian);
    fine.then(|| format!("{}.{part}0", groups.concat()))
}

/// Splits the text after a number's mantissa into an exponent and the rest, which may be a unit. The exponent is `None`
/// if the text does not begin with one.
fn exponent(text: &str) -> Option<(Option<i32>, &str)> {
    let times = text.strip_prefix(['×', 'x', '*', '·']).map(str::trim_start);
    let tens = times.and_then(|rest| rest.strip_prefix("10^").or_else(|| rest.strip_prefix("1e")));
    let Some(after) = tens.or_else(|| text.strip_prefix(['e', 'E'])) else { return Some((None, text)) };
    let end = after.char_indices().find(|(at, c)| !(c.is_ascii_digit() || *at == 0 && matches!(c, '+' | '-' | '−')));
    let (power, rest) = after.split_at(end.map_or(after.len(), |(at, _)| at));
    let power = power.replace('−', "-");
    match power.trim_start_matches('+').parse::<i32>() {
        Ok(power) => Some((Some(power.clamp(-9999, 9999)), rest)),
        // A long run of digits is still an exponent; otherwise the letter begins a word.
        Err(_) if power.bytes().filter(u8::is_ascii_digit).count() > 9 => {
            Some((Some(if power.starts_with('-') { -9999 } else { 9999 }), rest))
        }
        Err(_) => Some((None, text)),
    }
}

/// Whether a space, an apostrophe or an underscore stands between two digits of a cell.
pub fn spaced(cell: &str) -> bool {
    let chars: Vec<char> = cell.chars().collect();
    let digit = |c: char| c.is_ascii_digit();
    chars.windows(3).any(|w| digit(w[0]) && matches!(alike(w[1]), ' ' | '\'' | '_') && digit(w[2]))
}

/// The exponent of a power of ten that has no mantissa: `10^8`, `10**8`, `10⁸`, `10^{8}` or `10^-3`.
fn power_of_ten(text: &str) -> Option<i32> {
    let after = text.strip_prefix("10")?;
    let caret = after.strip_prefix('^').or_else(|| after.strip_prefix("**"));
    let raised = || if after.is_ascii() { None } else { tens(text).strip_prefix("1e").map(str::to_owned) };
    let power = caret.map(|power| power.trim_matches(['{', '}']).replace('−', "-")).or_else(raised)?;
    power.parse().ok().filter(|power: &i32| power.abs() < 308)
}

/// Words for large numbers in many languages. The lab recognises these words, but does not read numbers with them.
const UNREAD: &[&str] = &[
    "tausend",
    "millionen",
    "milliarde",
    "milliarden",
    "billionen",
    "mille",
    "millier",
    "milliers",
    "milliard",
    "milliards",
    "md",
    "mds",
    "mil",
    "millón",
    "millon",
    "millones",
    "mill",
    "billón",
    "billones",
    "milhão",
    "milhões",
    "bilhão",
    "bilhões",
    "mila",
    "milione",
    "milioni",
    "miliardo",
    "miliardi",
    "mld",
    "duizend",
    "miljoen",
    "miljard",
    "tusen",
    "miljon",
    "miljoner",
    "miljarder",
    "mia",
    "tys",
    "tysiąc",
    "milion",
    "milionów",
    "miliard",
    "miliardów",
    "milyon",
    "milyar",
    "тыс",
    "тысяч",
    "тысячи",
    "млн",
    "миллион",
    "миллионов",
    "млрд",
    "миллиард",
    "миллиардов",
    "千",
    "万",
    "萬",
    "十万",
    "百万",
    "百萬",
    "千万",
    "亿",
    "億",
    "十亿",
    "천",
    "만",
    "백만",
    "억",
];

/// Whether a word stands for a large number in some language, but is not read as a unit: `Millionen`, `тыс.`, `百万`.
pub fn is_unread_unit(word: &str) -> bool {
    let word = word.trim().trim_end_matches('.').to_lowercase();
    UNREAD.contains(&word.as_str())
        || matches!(word.as_str(), "lakh" | "lakhs" | "crore" | "crores" | "hundred" | "dozen")
}

/// Says why a cell with digits cannot be read as a number, and how to write the number instead; `None` for any other
/// cell.
pub fn why(cell: &str) -> Option<Text> {
    let cell = cell.trim();
    let digit = |c: char| c.is_ascii_digit();
    if !cell.contains(digit) || read(cell).0 != Reading::Text {
        return None;
    }
    let lower = cell.to_lowercase();
    let after = |signs: &[&str]| signs.iter().any(|sign| lower.strip_prefix(sign).is_some_and(is_numeric));
    if after(&["~", "≈", "≃", "∼", "about", "approx.", "approx", "ca.", "ca", "circa", "around"]) {
        return Some(words::ABOUT.into());
    }
    if after(&["<", ">", "≤", "≥", "<=", ">="]) {
        return Some(words::BOUND.into());
    }
    if !cell.starts_with(|c: char| digit(c) || matches!(c, '.' | ',' | '-' | '+' | '−')) {
        let bare = cell.trim_start_matches(|c: char| !digit(c));
        let sign = &cell[..cell.len() - bare.len()];
        let strange = !sign.contains(char::is_alphanumeric) && is_numeric(bare);
        return strange.then(|| text!(words::SIGN_BEFORE, sign = name(sign.trim())));
    }
    let from = cell.find(|c: char| !(digit(c) || is_space(alike(c)) || ".,'_-+−".contains(alike(c))));
    let (number, rest) = cell.split_at(from.unwrap_or(cell.len()));
    let word = rest.trim();
    if word.starts_with(['±', '(', '[']) || word.starts_with("+/-") || lower.contains("+/-") || lower.contains('±') {
        return Some(words::WITH_ERROR.into());
    }
    if is_unread_unit(word.split(|c: char| c.is_whitespace()).next().unwrap_or("")) {
        return Some(text!(words::NO_UNIT, word = name(word)));
    }
    let bare = cell.trim_end_matches(['+', '*', '?', '!', '†', '‡']);
    if bare.len() < cell.len() && is_numeric(bare) {
        return Some(text!(words::SIGN_AFTER, sign = name(&cell[bare.len()..])));
    }
    if word.is_empty() || !is_numeric(number) {
        return None;
    }
    word.chars()
        .all(|c| c.is_alphabetic() || ". ".contains(c) || c == '%')
        .then(|| text!(words::NO_UNIT, word = name(word)))
}

/// Whether a text is a number, with a decimal point or a decimal comma.
pub fn is_numeric(text: &str) -> bool {
    !matches!(read(text).0, Reading::Text | Reading::Missing)
}

/// Reads a cell. Also returns whether a suffix or word for a power of ten, as in `3B`, scaled its number.
pub fn read(cell: &str) -> (Reading, bool) {
    let cell = cell.trim();
    let unsigned = cell.strip_prefix(['+', '-', '−']).unwrap_or(cell);
    if let Some(power) = power_of_ten(unsigned) {
        let sign = if cell.starts_with(['-', '−']) { -1.0 } else { 1.0 };
        return (Reading::Number(sign * format!("1e{power}").parse().unwrap_or(f64::NAN)), false);
    }
    let minus = if cell.starts_with(['-', '−']) { "-" } else { "" };
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',') {
        let missing = |text: &str| text.chars().count() < 10 && MISSING.contains(&text.to_lowercase().as_str());
        return (if missing(cell) || missing(unsigned) { Reading::Missing } else { Reading::Text }, false);
    }
    let inside = |c: char| c.is_ascii_digit() || ".,'_".contains(alike(c)) || is_space(c);
    let (mantissa, rest) = unsigned.split_at(unsigned.find(|c| !inside(c)).unwrap_or(unsigned.len()));
    let mantissa = mantissa.trim_end_matches(is_space);
    // Powers of ten as factors: 4.52·10⁸, 4.52*10**8.
    let rest = if rest.contains("10") { tens(rest) } else { rest.to_owned() };
    let Some((own, unit)) = exponent(&rest) else { return (Reading::Text, false) };
    // Nats and nat are units of the loss and scale nothing.
    let unit = if matches!(unit.trim(), "nats" | "nat") { "" } else { unit };
    let Some(scale) = power(unit) else { return (Reading::Text, false) };
    let ten = own.unwrap_or(0) + scale;
    // The exponent is added to the text, not multiplied: 1.1B must be the number nearest to 1100000000.
    let value = |mark| -> Option<f64> {
        let digits = digits(mantissa, mark, own.is_none())?;
        format!("{minus}{digits}e{ten}").parse().ok()
    };
    let reading = match (value(Mark::Point), value(Mark::Comma)) {
        (Some(x), Some(y)) if x == y => Reading::Number(x),
        (Some(x), Some(y)) => Reading::Either(x, y),
        (Some(x), None) => Reading::Only(Mark::Point, x),
        (None, Some(y)) => Reading::Only(Mark::Comma, y),
        (None, None) => Reading::Text,
    };
    let reading = match reading {
        // A number that overflows is missing.
        Reading::Number(x) | Reading::Only(_, x) | Reading::Either(x, _) if x.is_infinite() => Reading::Missing,
        reading => reading,
    };
    (reading, scale != 0)
}

/// Reads a number that the user typed. An ambiguous mark is read as a decimal point.
pub fn typed(text: &str) -> Option<f64> {
    match read(text).0 {
        Reading::Number(x) | Reading::Only(_, x) | Reading::Either(x, _) => Some(x),
        Reading::Missing | Reading::Text => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_headings_are_read_or_seen() {
        for (text, power) in [
            ("M", 6),
            ("Mio.", 6),
            ("Mrd.", 9),
            ("in millions", 6),
            ("000s", 3),
            ("'000", 3),
            ("000 000", 6),
            ("1000s", 3),
            ("1,000s", 3),
            ("thousands", 3),
            ("thousands of tokens", 3),
            ("kilo", 3),
            ("giga", 9),
            ("x100", 2),
            ("×1000", 3),
            ("x 10^6", 6),
            ("10^6", 6),
            ("10**6", 6),
            ("10 ** 6", 6),
            ("10⁶", 6),
            ("×10¹²", 12),
            ("1e6", 6),
            ("e18", 18),
            ("x1e9", 9),
            ("Mparams", 6),
            ("Gtok", 9),
            ("EFLOP", 18),
            ("PFLOPs", 15),
            ("exaFLOPs", 18),
            ("ZF", 21),
            ("1", 0),
            ("FLOPs", 0),
            ("tokens", 0),
        ] {
            assert_eq!(unit(text), Some((power, false)), "{text}");
        }
        for (text, power) in [
            ("PF-days", 15),
            ("PFLOP/s-days", 15),
            ("petaFLOP/s-day", 15),
            ("pf-days", 15),
            ("PFLOPS-days", 15),
            ("EF days", 18),
            ("TFLOP/s·days", 12),
            ("petaflop/s days", 15),
        ] {
            assert_eq!(unit(text), Some((power, true)), "{text}");
        }
        for text in ["dozens", "x250", "100M", "hundred millions", "GiB", "10 billions", "%", "10⁻³", "GPU-days", "E"]
        {
            assert!(unit(text).is_none() && is_like_unit(text), "{text}");
        }
        for text in [
            "val",
            "nats",
            "seen",
            "non-embedding",
            "N",
            "D",
            "C4",
            "v2",
            "gpt2",
            "wikitext-103",
            "bits per byte",
            "2024",
            "5-shot",
            "excluding embeddings",
            "unique",
            "Chinchilla",
        ] {
            assert!(unit(text).is_none() && !is_like_unit(text) && !is_scale(text), "{text}");
        }
        assert!(is_scale("x100") && is_scale("%") && is_scale("10^-3") && !is_scale("step 1000"), "of a loss");
    }

    #[test]
    fn cells_that_are_nearly_numbers_say_why_they_are_not() {
        for (cells, says) in [
            (&["~70M", "≈ 7e7", "ca. 70", "about 3.5"][..], "a number marked as approximate is not read"),
            (&["<3.5", "≥ 7e7"], "a bound is not a number"),
            (&["3.5±0.1", "3.5 ± 0.1", "3.5(1)", "3.5 +/- 0.1"], "a number with its error is not read"),
            (&["70 Millionen"], "`Millionen` is not read as a unit"),
            (&["1,5 Md"], "`Md` is not read as a unit"),
            (&["70 tausend"], "`tausend` is not read as a unit"),
            (&["70 mille"], "`mille` is not read as a unit"),
            (&["70千"], "`千` is not read as a unit"),
            (&["70百万"], "`百万` is not read as a unit"),
            (&["70 тыс."], "`тыс.` is not read as a unit"),
            (&["1,5 млн"], "`млн` is not read as a unit"),
            (&["7 apples"], "`apples` is not read as a unit"),
            (&["$70", "# 70"], "before a number is not read"),
            (&["70M+", "3.5*"], ""),
        ] {
            for cell in cells {
                let why = why(cell).unwrap_or_else(|| panic!("{cell}: a reason")).english();
                assert!(why.starts_with(says) || why.contains(says), "{cell}: {why}");
            }
        }
        for cell in ["70M", "10^8", "", "diverged", "gpt2", "2026-03-01", "1.2.3", "run 7", "7-b_x"] {
            assert_eq!(why(cell), None, "{cell}");
        }
        assert!(is_unread_unit("Millionen") && is_unread_unit("тыс.") && !is_unread_unit("M"));
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        use Mark::{Comma, Point};
        use Reading::{Either, Missing, Number, Only, Text};
        for (cell, reading) in [
            ("70000000", Number(7e7)),
            ("1.5", Only(Point, 1.5)),
            ("1,5", Only(Comma, 1.5)),
            ("0,352", Only(Comma, 0.352)),
            ("0.352", Only(Point, 0.352)),
            (".5", Only(Point, 0.5)),
            ("1,234", Either(1234.0, 1.234)),
            ("1.234", Either(1.234, 1234.0)),
            ("-1,234", Either(-1234.0, -1.234)),
            ("1,234,567", Only(Point, 1_234_567.0)),
            ("1.234.567", Only(Comma, 1_234_567.0)),
            ("1,234.5", Only(Point, 1234.5)),
            ("1.234,5", Only(Comma, 1234.5)),
            ("12345,678", Only(Comma, 12345.678)),
            ("1,00,000", Only(Point, 1e5)),
            ("12,34,56,789.5", Only(Point, 123_456_789.5)),
            ("1 234 567", Number(1_234_567.0)),
            ("1\u{a0}234,5", Only(Comma, 1234.5)),
            ("1\u{202f}234\u{202f}567", Number(1_234_567.0)),
            ("1'234'567.5", Only(Point, 1_234_567.5)),
            ("1\u{2019}234", Number(1234.0)),
            ("70_000_000", Number(7e7)),
            ("1,5E+09", Only(Comma, 1.5e9)),
            ("1.500e9", Only(Point, 1.5e9)),
            ("6E18", Number(6e18)),
            ("1.5×10^9", Only(Point, 1.5e9)),
            ("−3", Number(-3.0)),
            ("12%", Number(0.12)),
            ("70M", Number(7e7)),
            ("70 m", Number(7e7)),
            ("1.1B", Only(Point, 1_100_000_000.0)),
            ("1,5 Mrd", Only(Comma, 1.5e9)),
            ("2k", Number(2000.0)),
            ("2T", Number(2e12)),
            ("3G", Number(3e9)),
            ("1.5 billion", Only(Point, 1.5e9)),
            ("20 million tokens", Number(2e7)),
            ("3 GFLOPs", Number(3e9)),
            ("", Missing),
            ("#N/A", Missing),
            ("NaN", Missing),
            ("-inf", Missing),
            ("-", Missing),
            ("1e999", Missing),
            ("1e99999999999", Missing),
            ("diverged", Text),
            ("2026-03-01", Text),
            ("1.2.3", Text),
            ("1,2,3", Text),
            ("0,123,456", Text),
            ("7 apples", Text),
            ("1e", Text),
            (".", Text),
            ("10^8", Number(1e8)),
            ("10**8", Number(1e8)),
            ("-10^{8}", Number(-1e8)),
            ("10⁸", Number(1e8)),
            ("10^-3", Number(1e-3)),
            ("10^", Text),
            ("100^2", Text),
            ("~70M", Text),
            ("70 Millionen", Text),
            ("70 тыс.", Text),
            ("70百万", Text),
            ("1,5 Md", Text),
        ] {
            assert_eq!(read(cell).0, reading, "{cell:?}");
        }
        assert!(read("70M").1 && !read("7e7").1, "what is scaled is told");
    }
}
