//! What a text of somebody's own may contain: it prints, branches and loops. It cannot build values, which could grow
//! without end, nor define or call what does.

/// Tags that may be used.
const TAGS: [&str; 11] =
    ["if", "elif", "else", "endif", "for", "endfor", "extends", "from", "block", "endblock", "import"];

/// Filters that may be used: none of them gives more than it gets.
const FILTERS: [&str; 12] =
    ["capitalize", "count", "d", "default", "e", "escape", "first", "last", "length", "lower", "trim", "upper"];

/// Words that call blocks or loops again.
const WORDS: [&str; 3] = ["recursive", "self", "super"];

/// Refuses what is outside the subset, with a sentence for people. A source that does not parse may pass.
pub(crate) fn check(source: &str) -> Result<(), String> {
    let mut rest = source;
    while let Some(start) = rest.find('{') {
        rest = &rest[start + 1..];
        let statement = rest.starts_with('%');
        if rest.starts_with('#') {
            rest = rest.find("#}").map_or("", |end| &rest[end + 2..]);
        } else if statement || rest.starts_with('{') {
            let (code, after) = code(&rest[1..], if statement { "%}" } else { "}}" });
            allowed(&code, statement)?;
            rest = after;
        }
    }
    Ok(())
}

/// The code up to `end`, with every string in it made empty, and what comes after.
fn code<'a>(source: &'a str, end: &str) -> (String, &'a str) {
    let (mut code, mut quote, mut escaped) = (String::new(), None, false);
    for (at, c) in source.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if source[at..].starts_with(end) => return (code, &source[at + end.len()..]),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                code.push(' ');
            }
            None => code.push(c),
        }
    }
    (code, "")
}

fn allowed(code: &str, statement: bool) -> Result<(), String> {
    if let Some(sign) = code.chars().find(|c| matches!(c, '*' | '~' | '+')) {
        return Err(format!("{sign} cannot be used: texts do not build values"));
    }
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    if let Some(word) = words(code).iter().find(|word| WORDS.contains(&word.as_str())) {
        return Err(format!("{word} cannot be used"));
    }
    if statement {
        let tag = words(code).into_iter().next().unwrap_or_default();
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("the tag {tag} cannot be used; there are: {}", TAGS.join(", ")));
        }
    }
    for after in code.split('|').skip(1) {
        let filter = words(after).into_iter().next().unwrap_or_default();
        if !FILTERS.contains(&filter.as_str()) {
            return Err(format!("the filter {filter} cannot be used; there are: {}", FILTERS.join(", ")));
        }
    }
    Ok(())
}
