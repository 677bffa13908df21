// Shows text from files and links: a character that would break a line, change the reading direction or make a file invalid is
// replaced by its name.

/** Control characters, line and paragraph separators, direction marks, and characters that XML forbids. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The visible name of a character: the symbol of a control character, or else its code point. @param {string} c */
function named(c) {
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** `text` on one line, with every hidden character replaced by its name. @param {string} text */
export const visible = (text) => text.replace(HIDDEN, named);
