//! Gives memory back that only the start needed.
//!
//! Making the schema runs once through most of the resolvers' code, and the kernel maps what lies around each page that is
//! touched: about 50 MB of the program's own file, which an idle process would hold until memory is short.

use std::time::Duration;

/// After the start; workers have asked the database for the first time by then.
const SETTLED: Duration = Duration::from_secs(2);

/// Gives the code back once the start is over.
pub fn give_back_when_settled() {
    tokio::spawn(async {
        tokio::time::sleep(SETTLED).await;
        if let Err(error) = give_back_code() {
            tracing::debug!(%error, "the code of the start stays in memory");
        }
    });
}

/// Unmaps the pages of the program's file that nobody can write to. What runs again is mapped again from the cache of the
/// file system, some microseconds a piece.
#[cfg(target_os = "linux")]
fn give_back_code() -> std::io::Result<()> {
    let program = std::fs::read_link("/proc/self/exe")?;
    let program = program.to_string_lossy();
    for line in std::fs::read_to_string("/proc/self/maps")?.lines() {
        if let Some((start, length)) = constant(line, &program) {
            drop_pages(start, length)?;
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn give_back_code() -> std::io::Result<()> {
    Ok(())
}

/// Start and length of a mapping that holds the bytes of the file and nothing else: code, and the segment before it with
/// the constants. Never what the loader wrote addresses into: that is mapped for writing and protected later, and its
/// pages are not in the file.
#[cfg(any(target_os = "linux", test))]
fn constant(line: &str, program: &str) -> Option<(usize, usize)> {
    let mut fields = line.split_ascii_whitespace();
    let (range, rights, offset) = (fields.next()?, fields.next()?, fields.next()?);
    let path = line.split_once('/').map(|(_, path)| path)?;
    let of_program = program.strip_prefix('/') == Some(path);
    let offset = usize::from_str_radix(offset, 16).ok()?;
    if !of_program || !(rights == "r-xp" || (rights == "r--p" && offset == 0)) {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    Some((start, end.checked_sub(start)?))
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the one call of the system that no safe interface offers")]
fn drop_pages(start: usize, length: usize) -> std::io::Result<()> {
    let start = std::ptr::with_exposed_provenance_mut::<libc::c_void>(start);
    // SAFETY: the pages are a private mapping of the running program's file that cannot be written to (`constant`), so what
    // is read from them afterwards is what was there before.
    match unsafe { libc::madvise(start, length, libc::MADV_DONTNEED) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_writes_to_is_given_back() {
        let program = "/usr/bin/souk";
        let of = |line| constant(line, program);
        assert_eq!(of("1000-3000 r--p 00000000 fe:00 42    /usr/bin/souk"), Some((0x1000, 0x2000)));
        assert_eq!(of("3000-9000 r-xp 00002000 fe:00 42    /usr/bin/souk"), Some((0x3000, 0x6000)));
        for kept in [
            "9000-a000 r--p 00008000 fe:00 42    /usr/bin/souk",
            "a000-b000 rw-p 00009000 fe:00 42    /usr/bin/souk",
            "9000-a000 rwxp 00008000 fe:00 42    /usr/bin/souk",
            "3000-9000 r-xs 00002000 fe:00 42    /usr/bin/souk",
            "3000-9000 r-xp 00002000 fe:00 42    /usr/lib/libc.so.6",
            "3000-9000 r-xp 00002000 fe:00 42    /usr/bin/souk (deleted)",
            "b000-c000 rw-p 00000000 00:00 0 ",
            "",
        ] {
            assert_eq!(of(kept), None, "{kept}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_given_back_still_runs() {
        let kept = || std::fs::read_to_string("/proc/self/status").unwrap();
        let file = |status: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with("RssFile")).unwrap();
            line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
        };
        let before = file(&kept());
        give_back_code().unwrap();
        assert!(file(&kept()) < before, "{} of {before} kB", file(&kept()));
        assert_eq!(format!("{:?}", constant("", "")), "None");
    }
}
