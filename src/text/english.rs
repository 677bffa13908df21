//! Fills templates with their arguments in English, for the command line and for result documents. For the page,
//! `www/js/text.js` fills them in the language of the user. The test `tests/browser/words.test.mjs` checks that the two
//! results agree.

use std::fmt;

use super::number::{amount, people, superscript, typed};
use super::visible::visible;
use super::{Argument, Kind, Text, Value};

/// A function that converts a piece of TeX in a sentence.
type Maths = fn(&str) -> String;

impl Text {
    /// The sentence in English. TeX in it stands between dollars.
    pub fn english(&self) -> String {
        self.written(|tex| format!("${tex}$"))
    }

    /// The sentence in English, for a terminal. TeX is replaced by characters, so `$N^{-\alpha}$` becomes `N^(-α)`. A
    /// dollar in a name stays a dollar.
    pub fn plain(&self) -> String {
        self.written(without_tex)
    }

    fn written(&self, maths: Maths) -> String {
        let mut out = String::new();
        for (i, part) in self.template.split('$').enumerate() {
            if i % 2 == 1 {
                out.push_str(&maths(part));
            } else {
                self.fill(part, maths, &mut out);
            }
        }
        out
    }

    fn fill(&self, part: &str, maths: Maths, out: &mut String) {
        let mut rest = part;
        while let Some((before, (hole, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            out.push_str(before);
            let (name, forms) = hole.split_once(':').map_or((hole, None), |(name, forms)| (name, Some(forms)));
            let argument = self.arguments.iter().find(|(other, _)| *other == name).map(|(_, argument)| argument);
            match (argument, forms) {
                (Some(argument), Some(forms)) => out.push_str(argument.form(forms)),
                (Some(argument), None) => out.push_str(&argument.written(maths)),
                (None, _) => out.extend(["{", hole, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.english() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.english() == *other
    }
}

impl Argument {
    fn written(&self, maths: Maths) -> String {
        let number = match &self.value {
            Value::Number(x) => self.number(*x),
            Value::Interval(ends) => {
                let end = |x: f64, open: &str| if x.is_finite() { self.number(x) } else { open.to_owned() };
                format!("{} to {}", end(ends[0], "no lower bound"), end(ends[1], "no upper bound"))
            }
            Value::Name(name) => return visible(name),
            Value::Text(text) => return text.written(maths),
            Value::List(texts) => return texts.iter().map(|text| text.written(maths)).collect::<Vec<_>>().join(", "),
        };
        if self.unit.is_empty() { number } else { format!("{number} {}", self.unit) }
    }

    /// Formats a number for people. The kind of the argument decides how many digits it has.
    fn number(&self, x: f64) -> String {
        match x {
            f64::INFINITY => return "infinite".into(),
            f64::NEG_INFINITY => return "minus infinite".into(),
            x if x.is_nan() => return "not a number".into(),
            _ => {}
        }
        match self.kind {
            Kind::Setting => typed(x),
            Kind::Share => format!("{}%", people(100.0 * x, 3)),
            Kind::Multiple => people(x, 3),
            Kind::Error => people(x, 2),
            Kind::Amount => amount(x),
            Kind::Count => people(x.round(), 4),
            Kind::Number | Kind::Loss | Kind::Interval | Kind::Name | Kind::Text | Kind::List => people(x, 4),
        }
    }

    /// Chooses the word that fits the number: the first of `forms` if the number is 1 or -1, and otherwise the second.
    fn form<'a>(&self, forms: &'a str) -> &'a str {
        let (one, other) = forms.split_once('|').unwrap_or((forms, forms));
        if matches!(self.value, Value::Number(x) if x.abs() == 1.0) { one } else { other }
    }
}

/// Replaces the TeX in a text without arguments by characters that a terminal can show.
pub fn plain(text: &str) -> String {
    let part = |(i, part): (usize, &str)| if i % 2 == 1 { without_tex(part) } else { part.to_owned() };
    text.split('$').enumerate().map(part).collect()
}

/// Names of letters and signs in TeX, each with the characters that a terminal shows instead.
const SIGNS: [(&str, &str); 35] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("lambda", "λ"),
    ("sigma", "σ"),
    ("pi", "π"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("kappa", "κ"),
    ("rho", "ρ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("tau", "τ"),
    ("xi", "ξ"),
    ("Lambda", "Λ"),
    ("min", "min"),
    ("max", "max"),
    ("exp", "exp"),
    ("infty", "∞"),
    ("le", "≤"),
    ("ge", "≥"),
    ("approx", "≈"),
    ("sim", "~"),
    ("propto", "∝"),
    ("cdot", "·"),
    ("times", "×"),
    ("to", "→"),
    ("ln", "ln"),
    ("log", "log"),
    ("sqrt", "√"),
    ("Gamma", "Γ"),
];

fn without_tex(tex: &str) -> String {
    let mut out = String::new();
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                if end == 0 {
                    // `\,` and its like are gaps.
                    rest = rest.get(1..).unwrap_or_default();
                    continue;
                }
                let (name, after) = rest.split_at(end);
                out.push_str(SIGNS.iter().find(|(known, _)| *known == name).map_or(name, |(_, sign)| sign));
                rest = after;
            }
            '{' => {
                let (inner, after) = braced(rest);
                let inner = without_tex(inner);
                if inner.chars().count() > 1 {
                    out.extend(["(", &inner, ")"]);
                } else {
                    out.push_str(&inner);
                }
                rest = after;
            }
            '^' => {
                let (power, after) = match (rest.strip_prefix('{'), rest.chars().next()) {
                    (Some(inside), _) => braced(inside),
                    (None, digit) => rest.split_at(digit.map_or(0, char::len_utf8)),
                };
                let digits = power.strip_prefix('-').unwrap_or(power);
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    out.push('^');
                } else {
                    out.extend(power.chars().map(superscript));
                    rest = after;
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Splits a text at the brace that closes the current group of TeX. Returns the text before the brace and the text
/// after it.
fn braced(text: &str) -> (&str, &str) {
    let mut depth = 1;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..i], &text[i + 1..]);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{count, interval, list, loss, multiple, name, phrase, setting, share};

    crate::texts! {
        ALL = "{runs} {runs:run|runs}: {loss}, {rate}, {ratio} times, {ends}, {typed}, {who}; {more}";
        ITEM = "$x^{-{2}}$ of {who}";
        WORD = "a word";
        NATS = "nats";
    }

    #[test]
    fn every_kind_has_its_digits() {
        let item = |who: &str| crate::text!(ITEM, who = name(who));
        let text = crate::text!(
            ALL,
            runs = count(13_824_u32),
            loss = loss(2.345_67).unit(NATS),
            rate = share(0.123_456),
            ratio = multiple(7.235),
            ends = interval([f64::NEG_INFINITY, 12_345.678]),
            typed = setting(0.1),
            who = name("a\nb$c{d}"),
            more = list(vec![item("e"), WORD.into()]),
        );
        assert_eq!(
            text.english(),
            "13,824 runs: 2.346 nats, 12.3%, 7.24 times, no lower bound to 12,350, 0.1, a␊b$c{d}; $x^{-{2}}$ of e, a word"
        );
        let nested = crate::text!(ITEM, who = phrase(WORD));
        assert_eq!(plain(&nested.english()), "x^(-2) of a word");
    }

    #[test]
    fn a_terminal_shows_tex_of_templates_and_dollars_of_names() {
        let text = crate::text!(ITEM, who = list(vec![crate::text!(ITEM, who = name("$y$"))]));
        assert_eq!(text.plain(), "x^(-2) of x^(-2) of $y$");
        assert_eq!(text.english(), "$x^{-{2}}$ of $x^{-{2}}$ of $y$");
    }

    #[test]
    fn a_text_is_a_template_without_arguments_or_what_somebody_said() {
        let [word, said] = [Text::from(WORD), Text::verbatim("7")];
        assert_eq!([word.is("a word"), word.is("7"), said.is("7"), said.is("{said}")], [true, false, true, false]);
        assert!(!crate::text!(ITEM, who = name("7")).is("7"), "an argument of another template is no text");
    }

    #[test]
    fn tex_is_readable_in_a_terminal() {
        for (tex, said) in [
            (r"$n^{-a}$", "n^(-a)"),
            (r"$10^{-12}$ and $\chi^2$", "10⁻¹² and χ²"),
            (r"$\alpha = 1/2$", "α = 1/2"),
            (r"the law $p_j \propto j^{-\alpha}$ of $x^2$", "the law p_j ∝ j^(-α) of x²"),
            ("no TeX", "no TeX"),
        ] {
            assert_eq!(plain(tex), said);
        }
    }
}
