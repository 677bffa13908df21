//! Templates of sentences, whose arguments are checked at compile time.

use serde::Serialize;

/// An English template with `HOLES` arguments, declared by [`texts!`](crate::texts!).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Template<const HOLES: usize>(&'static str);

impl<const HOLES: usize> Template<HOLES> {
    /// Makes a template of an English text. If the text does not have `HOLES` arguments, the function panics; in a
    /// constant, this is a compile-time error.
    pub const fn new(english: &'static str) -> Self {
        assert!(holes(english) == HOLES, "the template has another number of arguments");
        Self(english)
    }

    /// The English text of the template.
    pub const fn english(self) -> &'static str {
        self.0
    }
}

/// A word or a sentence without arguments, for tests and examples. The lab's own texts are declared by
/// [`texts!`](crate::texts!) instead.
pub const fn word(english: &'static str) -> Template<0> {
    Template::new(english)
}

/// A place for an argument in a template. `name` is the range of bytes of the argument's name, and `end` is the byte
/// after the place.
struct Hole {
    name: [usize; 2],
    end: usize,
}

/// The first place for an argument at or after the byte `from`. TeX, which stands between dollars, has no such places.
const fn next(text: &[u8], from: usize) -> Option<Hole> {
    let mut at = from;
    while at < text.len() {
        match text[at] {
            b'$' => {
                at += 1;
                while at < text.len() && text[at] != b'$' {
                    at += 1;
                }
                assert!(at < text.len(), "TeX in a template ends with a dollar");
            }
            b'{' => {
                let first = at + 1;
                at = first;
                while at < text.len()
                    && (text[at].is_ascii_lowercase() || text[at].is_ascii_digit() || text[at] == b'_')
                {
                    at += 1;
                }
                let name = [first, at];
                assert!(first < at, "an argument has a name of small letters");
                if at < text.len() && text[at] == b':' {
                    while at < text.len() && text[at] != b'}' {
                        at += 1;
                    }
                }
                assert!(at < text.len() && text[at] == b'}', "an argument of a template ends with a brace");
                return Some(Hole { name, end: at + 1 });
            }
            b'}' => panic!("a brace of a template ends no argument"),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether the bytes `a[from..to]` are equal to `b`.
const fn same(a: &[u8], [from, to]: [usize; 2], b: &[u8]) -> bool {
    if to - from != b.len() {
        return false;
    }
    let mut i = 0;
    while i < b.len() {
        if a[from + i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The bytes `text[from..to]`, computed in a way that is allowed in a constant function.
const fn slice(text: &[u8], [from, to]: [usize; 2]) -> &[u8] {
    text.split_at(to).0.split_at(from).1
}

/// Whether an earlier part of a template, which ends at the byte `end`, has a place for the argument `name`.
const fn named_before(text: &[u8], end: usize, name: &[u8]) -> bool {
    let mut from = 0;
    while let Some(hole) = next(text, from) {
        if hole.end > end {
            return false;
        }
        if same(text, hole.name, name) {
            return true;
        }
        from = hole.end;
    }
    false
}

/// Number of different arguments in a template.
pub const fn holes(english: &str) -> usize {
    let text = english.as_bytes();
    let (mut from, mut count) = (0, 0);
    while let Some(hole) = next(text, from) {
        if !named_before(text, from, slice(text, hole.name)) {
            count += 1;
        }
        from = hole.end;
    }
    count
}

/// The names of the arguments in a template, in order and without duplicates.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn names(english: &'static str) -> Vec<&'static str> {
    let (mut from, mut found) = (0, Vec::new());
    while let Some(Hole { name: [first, last], end }) = next(english.as_bytes(), from) {
        if !found.contains(&&english[first..last]) {
            found.push(&english[first..last]);
        }
        from = end;
    }
    found
}

/// Checks that `names` are exactly the arguments of a template. If not, it panics; in a constant, this is a
/// compile-time error.
pub const fn takes(english: &str, names: &[&str]) {
    let text = english.as_bytes();
    let mut i = 0;
    while i < names.len() {
        assert!(named_before(text, text.len(), names[i].as_bytes()), "the template has no argument of that name");
        let mut j = 0;
        while j < i {
            assert!(!same(names[j].as_bytes(), [0, names[j].len()], names[i].as_bytes()), "an argument is given twice");
            j += 1;
        }
        i += 1;
    }
    assert!(holes(english) == names.len(), "an argument of the template is missing");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_counted_once_and_never_in_tex() {
        for (english, count) in [
            ("Nothing.", 0),
            ("{a} and {b}", 2),
            ("{a} {a:run|runs} of {b}", 2),
            ("$x^{-a}$ of {a}", 1),
            ("$x_{b}$", 0),
            ("", 0),
        ] {
            assert_eq!(holes(english), count, "{english}");
        }
    }

    #[test]
    fn templates_that_cannot_be_read_are_refused() {
        for english in ["{", "{a", "{A}", "{}", "a } b", "cost $ of", "{a:run"] {
            assert!(std::panic::catch_unwind(|| holes(english)).is_err(), "{english}");
        }
    }

    #[test]
    fn names_are_exactly_those_of_the_template() {
        takes("{a} and {b} {b:one|more}", &["b", "a"]);
        for names in [&["a"][..], &["a", "b", "c"], &["a", "c"], &["a", "a"], &[]] {
            assert!(std::panic::catch_unwind(|| takes("{a} and {b}", names)).is_err(), "{names:?}");
        }
    }
}
