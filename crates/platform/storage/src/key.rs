//! Which object keys are allowed.

use crate::StorageError;

/// Longest key. The embedded server writes the key, in base 64, into a file name, and a file name has 255 bytes.
const MAX_LENGTH: usize = 160;

/// Checks a key: path segments of `A-Z a-z 0-9 . _ -` joined by `/`, none empty, `.` or `..`, at most 160 bytes.
///
/// Keys are made by the program out of ids, never out of what somebody typed; the narrow alphabet keeps URLs free of
/// escapes, on which S3 look-alikes disagree.
pub(crate) fn check(key: &str) -> Result<(), StorageError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let segment = |s: &str| !s.is_empty() && s != "." && s != ".." && s.chars().all(plain);
    if key.len() <= MAX_LENGTH && key.split('/').all(segment) {
        Ok(())
    } else {
        Err(StorageError::internal(format_args!("malformed object key {key:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_plain_paths() {
        for good in ["a", "assets/ast_01h2/original.jpg", "a-b/c.d"] {
            assert!(check(good).is_ok(), "{good}");
        }
        let long = "k".repeat(MAX_LENGTH + 1);
        for bad in ["", "/a", "a/", "a//b", "../a", "a/./b", "a b", "ä", "a?b", "a%2fb", long.as_str()] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
