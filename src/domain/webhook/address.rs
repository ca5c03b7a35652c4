//! Which addresses the hub may call for an agency. Whoever names an address must not reach by it what only the hub can reach: this
//! machine, the operator's networks, the cloud's own services. So only addresses that are global by the registers of IANA
//! (RFC 6890 and its successors) are called, and networks that the operator names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network in CIDR notation, `10.20.0.0/16` or `fd00:1::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u32,
    is_v6: bool,
}

/// A text that is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a network like 10.20.0.0/16 or fd00:1::/32, without bits beyond its length")]
pub struct MalformedNetwork;

/// The address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

impl Network {
    /// Whether the address stands in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (number, width) = number(address);
        address.is_ipv6() == self.is_v6 && cut(number, width, self.bits) == self.first
    }
}

/// The number without the bits beyond the length.
fn cut(number: u128, width: u32, bits: u32) -> u128 {
    let beyond = width.saturating_sub(bits);
    number
        .checked_shr(beyond)
        .and_then(|kept| kept.checked_shl(beyond))
        .unwrap_or(0)
}

impl FromStr for Network {
    type Err = MalformedNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = text.split_once('/').ok_or(MalformedNetwork)?;
        let address: IpAddr = address.parse().map_err(|_malformed| MalformedNetwork)?;
        let bits: u32 = bits.parse().map_err(|_malformed| MalformedNetwork)?;
        let (first, width) = number(address);
        let is_whole = bits <= width && cut(first, width, bits) == first;
        is_whole
            .then_some(Self {
                first,
                bits,
                is_v6: address.is_ipv6(),
            })
            .ok_or(MalformedNetwork)
    }
}

/// Ports that may be called: single ones and ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<(u16, u16)>);

/// A text that names no ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected ports and ranges like 443,8443,9000-9010")]
pub struct MalformedPorts;

impl Ports {
    /// Whether the port is among them.
    pub fn contain(&self, port: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&port))
    }
}

impl FromStr for Ports {
    type Err = MalformedPorts;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let range = (port(first)?, port(last)?);
            (range.0 <= range.1).then_some(range)
        };
        let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
        ranges.map(Self).ok_or(MalformedPorts)
    }
}

/// What an operator allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRules {
    /// Networks that are called although they are not global.
    pub networks: Vec<Network>,
    /// Ports that are called.
    pub ports: Ports,
    /// Whether calls without TLS are made: for tests alone.
    pub plain: bool,
}

impl Default for AddressRules {
    fn default() -> Self {
        Self {
            networks: Vec::new(),
            ports: Ports(vec![(443, 443), (8443, 8443)]),
            plain: false,
        }
    }
}

impl AddressRules {
    /// Whether the address may be called. One that carries another inside is judged by that one too.
    pub fn allow(&self, address: IpAddr) -> bool {
        let listed = |address| self.networks.iter().any(|network| network.contains(address));
        let is_good = |address| is_global(address) || listed(address);
        match carried(address) {
            // On the way the inner one alone counts.
            Some(inner) => is_good(IpAddr::V4(inner)),
            None => is_good(address),
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated (NAT64), 6to4.
fn carried(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    if v6.is_loopback() || v6.is_unspecified() {
        return None;
    }
    let octets = v6.octets();
    let four = |at: usize| {
        let bytes: [u8; 4] = octets.get(at..at + 4)?.try_into().ok()?;
        Some(Ipv4Addr::from(bytes))
    };
    match v6.segments() {
        // ::/96, ::ffff:0:0/96, ::ffff:0:0:0/96, 64:ff9b::/96
        [0, 0, 0, 0, 0, 0 | 0xFFFF, ..] | [0, 0, 0, 0, 0xFFFF, 0, ..] | [0x64, 0xFF9B, 0, 0, 0, 0, ..] => four(12),
        // 2002::/16
        [0x2002, ..] => four(2),
        _ => None,
    }
}

/// Networks of IPv4 that are not global, or not one host's.
const NOT_GLOBAL_V4: &[(Ipv4Addr, u32)] = &[
    // This network.
    (Ipv4Addr::UNSPECIFIED, 8),
    // Private use.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Behind a carrier's translation (CGNAT); clouds have services there.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // This machine.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local, with the metadata of clouds at 169.254.169.254.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocol assignments.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // 6to4 relays, of old.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Benchmarks.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, then what is reserved, then broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    // The metadata of a cloud, from the global range.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// Of IPv6 only this is given to hosts of the Internet…
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// … without these.
const NOT_GLOBAL_V6: &[(Ipv6Addr, u32)] = &[
    // Protocol assignments, Teredo among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation.
    (Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3FFF, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4: judged by what it carries.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
];

fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let is_in = |(first, bits): &(Ipv4Addr, u32)| {
                cut(u128::from(v4.to_bits()), 32, *bits) == u128::from(first.to_bits())
            };
            !NOT_GLOBAL_V4.iter().any(is_in)
        }
        IpAddr::V6(v6) => {
            let is_in = |(first, bits): &(Ipv6Addr, u32)| cut(v6.to_bits(), 128, *bits) == first.to_bits();
            is_in(&GLOBAL_V6) && !NOT_GLOBAL_V6.iter().any(is_in)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_global_addresses_are_called_unless_the_operator_names_a_network() {
        let rules = AddressRules::default();
        for refused in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:0:10.1.2.3",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "64:ff9b:1::a00:1",
            "100::1",
            "fc00::1",
            "fd00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "3fff::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "2002:c0a8:101::1",
            "5f00::1",
            "4000::1",
        ] {
            assert!(!rules.allow(address(refused)), "{refused}");
        }
        for called in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "169.255.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "203.162.0.1",
            "223.255.255.255",
            "2001:200::1",
            "2400:4f00::1",
            "2606:4700::1111",
            "::ffff:203.162.0.1",
            "64:ff9b::203.162.0.1",
            "2002:cba2:1::1",
        ] {
            assert!(rules.allow(address(called)), "{called}");
        }
    }

    #[test]
    fn a_network_that_is_named_is_called_and_nothing_beside_it() {
        let networks = ["10.20.0.0/16", "fd00:1::/32", "127.0.0.1/32"].map(|text| text.parse().unwrap());
        let rules = AddressRules {
            networks: networks.to_vec(),
            ..AddressRules::default()
        };
        for (text, is_allowed) in [
            ("10.20.255.1", true),
            ("10.21.0.1", false),
            ("::ffff:10.20.0.1", true),
            ("64:ff9b::10.20.0.1", true),
            ("fd00:1::7", true),
            ("fd00:2::7", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("::1", false),
        ] {
            assert_eq!(rules.allow(address(text)), is_allowed, "{text}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains(address("8.8.8.8")) && !all.contains(address("::1")));
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "fd00::/129",
            "a/8",
            "10.0.0.0/-1",
        ] {
            assert_eq!(text.parse::<Network>(), Err(MalformedNetwork), "{text}");
        }
    }

    #[test]
    fn ports_are_single_ones_and_ranges() {
        let ports: Ports = "443, 8443,9000-9010".parse().unwrap();
        for (port, is_there) in [
            (443, true),
            (444, false),
            (8443, true),
            (8999, false),
            (9000, true),
            (9010, true),
            (9011, false),
        ] {
            assert_eq!(ports.contain(port), is_there, "{port}");
        }
        for text in ["", "0", "443,", "65536", "9-8", "a", "-1"] {
            assert_eq!(text.parse::<Ports>(), Err(MalformedPorts), "{text}");
        }
    }
}
