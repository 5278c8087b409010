//! Which addresses are spoken to.

use url::{Host, Url};

/// Whether what is sent to this address stays between the two: by TLS, or within this machine.
#[must_use]
pub fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => on_this_machine(url),
        _ => false,
    }
}

/// Whether a provider may name this address. One elsewhere does not send Souk to other programs of this machine.
pub(crate) fn may_name(issuer: &Url, url: &Url) -> bool {
    is_safe(url) && (url.scheme() == "https" || on_this_machine(issuer))
}

/// Whether an address is one of this machine.
pub(crate) fn on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (text, safe) in [
            ("https://id.example", true),
            ("http://127.0.0.1:4000", true),
            ("http://[::1]:4000", true),
            ("http://localhost/x", true),
            ("http://id.example", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://10.0.0.1", false),
            ("ftp://127.0.0.1", false),
            ("data:text/plain,x", false),
        ] {
            assert_eq!(is_safe(&Url::parse(text).unwrap()), safe, "{text}");
        }
    }

    #[test]
    fn a_provider_elsewhere_names_nothing_of_this_machine_in_the_clear() {
        let (away, here) = (Url::parse("https://id.example").unwrap(), Url::parse("http://127.0.0.1:1").unwrap());
        let inside = Url::parse("http://127.0.0.1:5432/token").unwrap();
        assert!(!may_name(&away, &inside) && may_name(&here, &inside));
        assert!(may_name(&away, &Url::parse("https://keys.example/jwks").unwrap()));
    }
}
