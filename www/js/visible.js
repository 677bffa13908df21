// Text of others, shown: a character that would break a line, turn the reading direction or spoil a file has a name instead.

/** Control characters, line and paragraph separators, marks of direction, what no XML file may hold. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A name of one character: the picture of a control character, else its code point. @param {string} c */
function named(c) {
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** `text` with everything in it visible, on one line. @param {string} text */
export const visible = (text) => text.replace(HIDDEN, named);
