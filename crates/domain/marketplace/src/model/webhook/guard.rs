//! Where messages may go: never into a network that is not public, unless the settings name it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use kernel::Invalid;
use url::{Host, Url};

/// What the settings allow beside public addresses over https.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether messages may go over plain http.
    pub http: bool,
    /// Networks that are not public and may be called all the same.
    pub networks: Vec<Network>,
}

static RULES: RwLock<Rules> = RwLock::new(Rules { http: false, networks: Vec::new() });

/// Puts the rules of the settings into force. Until then nothing is allowed but public addresses over https.
pub fn set_webhook_rules(rules: Rules) {
    *RULES.write().unwrap_or_else(PoisonError::into_inner) = rules;
}

/// The rules in force.
#[must_use]
pub fn webhook_rules() -> Rules {
    RULES.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A network: `10.1.0.0/16`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text} is no network such as 10.1.0.0/16");
        let (address, bits) = text.split_once('/').ok_or_else(bad)?;
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let bits = bits.parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        if bits > most { Err(bad()) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        let (own, other, width) = match (self.address, ip) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), u128::from(other.to_bits()), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        self.bits == 0 || (own ^ other) >> (width - self.bits) == 0
    }
}

/// Networks of IPv4 that lead to no stranger: one's own machine and networks, those of a provider, documentation, groups.
const V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // 169.254.169.254 gives away what a machine in a cloud may do.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The parts of the public range of IPv6 that lead to no stranger: special uses, documentation, tunnels to IPv4.
const V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The address that is meant: one of IPv4 in the clothes of IPv6 (mapped, or through NAT64) is looked at as what it is.
fn meant(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let translated = v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    let inner =
        if translated { Some(Ipv4Addr::from_bits((v6.to_bits() & 0xffff_ffff) as u32)) } else { v6.to_ipv4_mapped() };
    inner.map_or(ip, IpAddr::V4)
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => !V4.iter().any(|(net, bits)| Network { address: (*net).into(), bits: *bits }.holds(ip)),
        IpAddr::V6(v6) => {
            let global = v6.segments()[0] & 0xe000 == 0x2000;
            global && !V6.iter().any(|(net, bits)| Network { address: (*net).into(), bits: *bits }.holds(ip))
        }
    }
}

impl Rules {
    /// Whether a message may go to this address.
    #[must_use]
    pub fn admit(&self, ip: IpAddr) -> bool {
        let ip = meant(ip);
        is_public(ip) || self.networks.iter().any(|network| network.holds(ip))
    }

    /// Whether a message may go to this URL, as far as that can be said without asking for the address of its host.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, url: &Url) -> Result<(), &'static str> {
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            "http" => return Err("must begin with https://"),
            _ => return Err("must be an address that begins with https://"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must hold no user and no password");
        }
        let literal = match url.host() {
            None => return Err("must name a host"),
            Some(Host::Domain(name)) => return if name.is_empty() { Err("must name a host") } else { Ok(()) },
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        };
        if self.admit(literal) { Ok(()) } else { Err("must lead to a public address") }
    }
}

/// Reads the address of an endpoint under the rules in force.
pub(crate) fn address(field: &str, text: &str, longest: usize) -> Result<String, Invalid> {
    let text = kernel::text::line(field, text, longest)?;
    let mut url = Url::parse(&text)
        .map_err(|_| Invalid::new(field, "MALFORMED_URL", "must be an address such as https://erp.example/souk"))?;
    webhook_rules().check(&url).map_err(|why| Invalid::new(field, "URL_REFUSED", why))?;
    url.set_fragment(None);
    Ok(url.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn messages_go_to_public_addresses_only() {
        let rules = Rules::default();
        let good = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
            169.253.255.255 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
            223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808";
        for good in good.split_whitespace() {
            assert!(rules.admit(ip(good)), "{good}");
        }
        let bad = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.8.8.8 169.254.0.1
            169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1
            198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1
            ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
            64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254
            fe80::1 fec0::1 ff02::1";
        for bad in bad.split_whitespace() {
            assert!(!rules.admit(ip(bad)), "{bad}");
        }
    }

    #[test]
    fn networks_of_ones_own_are_named() {
        let networks = ["10.1.0.0/16", "127.0.0.1/32", "fd00:1::/32"].map(|text| text.parse().unwrap()).to_vec();
        let rules = Rules { http: false, networks };
        for good in ["10.1.0.0", "10.1.255.255", "127.0.0.1", "::ffff:127.0.0.1", "fd00:1:2::3"] {
            assert!(rules.admit(ip(good)), "{good}");
        }
        for bad in ["10.0.255.255", "10.2.0.0", "127.0.0.2", "fd00:2::1", "::1", "169.254.169.254"] {
            assert!(!rules.admit(ip(bad)), "{bad}");
        }
        for bad in ["", "10.1.0.0", "10.1.0.0/33", "10.1/16", "fd00::/129", "x/8", "10.1.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds(ip("203.0.113.9")) && !all.holds(ip("::1")));
    }

    #[test]
    fn addresses_are_of_strangers_and_over_https() {
        let (strict, open) = (Rules::default(), Rules { http: true, networks: vec!["127.0.0.0/8".parse().unwrap()] });
        let check = |rules: &Rules, url: &str| rules.check(&Url::parse(url).unwrap());
        assert_eq!(check(&strict, "https://erp.example/souk?x=1"), Ok(()));
        assert_eq!(check(&strict, "https://8.8.8.8:8443/"), Ok(()));
        for (url, why) in [
            ("http://erp.example/", "must begin with https://"),
            ("ftp://erp.example/", "must be an address that begins with https://"),
            ("file:///etc/passwd", "must be an address that begins with https://"),
            ("https://ann:pw@erp.example/", "must hold no user and no password"),
            ("https://127.0.0.1/", "must lead to a public address"),
            // The same address in the spellings that browsers take.
            ("https://2130706433/", "must lead to a public address"),
            ("https://0x7f.1/", "must lead to a public address"),
            ("https://0177.0.0.1/", "must lead to a public address"),
            ("https://[::1]/", "must lead to a public address"),
            ("https://[::ffff:169.254.169.254]/", "must lead to a public address"),
        ] {
            assert_eq!(check(&strict, url), Err(why), "{url}");
        }
        assert_eq!(check(&open, "http://127.0.0.1:9/"), Ok(()));
        assert_eq!(check(&open, "http://10.0.0.1/"), Err("must lead to a public address"));
    }
}
