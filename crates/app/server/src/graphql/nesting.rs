//! How deeply the brackets of a document nest, found without parsing it.

/// The deepest nesting of `{`, `[` and `(` in `text`, strings and comments left out.
///
/// The parser descends recursively and would overflow its stack, which ends the process, before its own limit is
/// looked at. So the text is scanned first: one pass, no memory.
pub(crate) fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut deepest) = (0, 0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => at = end_of_line(bytes, at),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => at = end_of_block(bytes, at + 3),
            b'"' => at = end_of_string(bytes, at + 1),
            _ => {}
        }
        at += 1;
    }
    deepest
}

/// Where the comment ends.
fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| from + n)
}

/// The closing quote; a line break ends a string that was never closed.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\n' | b'\r' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// The last of the three closing quotes.
fn end_of_block(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(b"\\\"\"\"") {
            at += 4;
        } else if rest.starts_with(b"\"\"\"") {
            return at + 2;
        } else {
            at += 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_outside_of_strings_and_comments() {
        for (text, deepest) in [
            ("", 0),
            ("{ a }", 1),
            ("{ a(x: [1, {y: 2}]) { b } }", 4),
            ("{ a(s: \"{{{{\") { b } }", 2),
            ("{ a(s: \"\\\"{{{{\") }", 2),
            ("{ a(s: \"\"\"{{ \\\"\"\" {{\"\"\") { b } }", 2),
            ("{ a(s: \"\") { b(t: \"\"\"\"\"\") } }", 3),
            ("{ a # {{{{\n b }", 1),
            ("{ a # {{{{\r b { c } }", 2),
            ("query($a: [[Int]]) { b }", 3),
            ("}}}} { a }", 1),
            // A closing bracket in a string closes nothing.
            ("{ a(s: \"}\") { a(s: \"}\") { a } } }", 3),
        ] {
            assert_eq!(depth(text), deepest, "{text}");
        }
        assert_eq!(depth(&"{a".repeat(300_000)), 300_000);
        assert_eq!(depth("\"\\"), 0);
        assert_eq!(depth("\"\"\"\\"), 0);
    }
}
