//! Whether an address belongs to the public internet, by the registries of special addresses (RFC 6890 and what
//! came after it). What is not known to be public is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of IPv4 that are not public: address and length of the prefix.
const SPECIAL: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // shared by carriers; metadata of Alibaba Cloud
    ([127, 0, 0, 0], 8),      // loopback
    ([169, 254, 0, 0], 16),   // link-local; metadata of most clouds
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 88, 99, 0], 24),   // relays of 6to4
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, broadcast
    ([168, 63, 129, 16], 32), // the platform's own address in Azure
];

/// Whether an address is one of the public internet. An IPv6 address that stands for an IPv4 address (mapped,
/// translated, tunnelled) is judged by that one.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let bits = ip.to_bits();
    SPECIAL.iter().all(|(network, length)| {
        let shift = 32 - length;
        bits >> shift != u32::from_be_bytes(*network) >> shift
    })
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = parts;
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (first, second) {
        // ::ffff:a.b.c.d, mapped; ::ffff:0:a.b.c.d, translated.
        (0, 0) if (third, fourth) == (0, 0) && matches!((fifth, sixth), (0, 0xffff) | (0xffff, 0)) => {
            v4(seventh, eighth)
        }
        // 64:ff9b::/96, NAT64; its local-use sibling 64:ff9b:1::/48 is no public address.
        (0x64, 0xff9b) if (third, fourth, fifth, sixth) == (0, 0, 0, 0) => v4(seventh, eighth),
        // 2002::/16, 6to4.
        (0x2002, _) => v4(second, third),
        // Teredo, benchmarks, ORCHID and other assignments of protocols (2001::/23); documentation.
        (0x2001, 0..=0x01ff | 0x0db8) => false,
        (0x3fff, 0..=0x0fff) => false,
        // Everything that is handed out lies in 2000::/3.
        _ => first & 0xe000 == 0x2000,
    }
}
