//! Makes a text from outside the lab fully visible: no character in the result is hidden or changes the direction of
//! reading.

/// Puts `text` on one line and makes every character visible. A control character, or a mark that changes the direction
/// of reading, is replaced by its symbol or code point. The page has an equal function in `www/js/visible.js`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = u32::from(c);
        match c {
            '\0'..='\x1f' => out.extend(char::from_u32(0x2400 + code)),
            '\x7f' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                // Hexadecimal by hand: the standard printer of it would be the page's only use.
                out.push_str("\u{27e8}U+");
                out.extend(
                    (0..4)
                        .rev()
                        .filter_map(|place| char::from_digit((code >> (4 * place)) & 15, 16))
                        .map(|d| d.to_ascii_uppercase()),
                );
                out.push('\u{27e9}');
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(
            visible("1\n2\r\t\0\u{7f}\u{85}\u{2028}\u{202e}"),
            "1\u{240a}2\u{240d}\u{2409}\u{2400}\u{2421}\u{27e8}U+0085\u{27e9}\u{27e8}U+2028\u{27e9}\u{27e8}U+202E\u{27e9}",
            "each has a name"
        );
        let seen = "loss, 10\u{207b}\u{b3} \u{d7} \u{3b1}, \u{6570}\u{636e}";
        assert_eq!(visible(seen), seen, "what is seen stays");
    }
}
