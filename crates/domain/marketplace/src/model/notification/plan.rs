//! When one telling leaves, and what several of them say in one.

use chrono::{DateTime, Utc};

use super::catalog::Severity;
use super::rule::Rule;

/// The most titles that one telling of many names.
const TITLES_MAX: usize = 50;

/// When something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Not before.
    pub due_at: DateTime<Utc>,
    /// Whether it is told together with what is due then.
    pub together: bool,
}

/// When a rule tells somebody what happens `now`. `recent` are the tellings of the throttle's time, and when the first of them
/// was made.
#[must_use]
pub fn plan(rule: &Rule, severity: Severity, now: DateTime<Utc>, recent: (i64, Option<DateTime<Utc>>)) -> Plan {
    let full = rule.throttle.filter(|throttle| recent.0 >= throttle.most);
    let full = full.map(|throttle| recent.1.unwrap_or(now) + throttle.window());
    let later = rule.digest.due(now).or(full);
    let due = later.unwrap_or(now);
    let quiet = rule.quiet_hours.filter(|_| severity < Severity::Urgent);
    let due_at = quiet.and_then(|quiet| quiet.until(due)).unwrap_or(due);
    Plan { due_at, together: later.is_some() }
}

/// Title and text of what is told together.
#[must_use]
pub fn in_one(told: &[(&str, &str)], locale: &str) -> (String, String) {
    if let [(title, text)] = told {
        return ((*title).to_owned(), (*text).to_owned());
    }
    let german = locale.split(['-', '_']).next() == Some("de");
    let count = told.len();
    let title = if german { format!("{count} Benachrichtigungen") } else { format!("{count} notifications") };
    let mut lines: Vec<String> = told.iter().take(TITLES_MAX).map(|(title, _)| format!("- {title}")).collect();
    if count > TITLES_MAX {
        let more = count - TITLES_MAX;
        lines.push(if german { format!("und {more} weitere") } else { format!("and {more} more") });
    }
    (title, lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_told_in_one_and_the_rest_is_counted() {
        assert_eq!(in_one(&[("a", "b")], "en"), ("a".to_owned(), "b".to_owned()));
        let (title, text) = in_one(&[("a", "x"), ("b", "y")], "de-AT");
        assert_eq!((title.as_str(), text.as_str()), ("2 Benachrichtigungen", "- a\n- b"));
        let many = vec![("a", ""); 60];
        let (title, text) = in_one(&many, "en");
        assert_eq!((title.as_str(), text.lines().count()), ("60 notifications", 51));
        assert!(text.ends_with("and 10 more"));
    }
}
