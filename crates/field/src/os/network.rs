//! Addresses of this machine.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

/// An address and the network card that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Name of the card.
    pub name: String,
    /// The address.
    pub address: Ipv4Addr,
}

/// The IPv4 addresses of this machine, those of a local network first; loopback is last.
pub fn cards() -> io::Result<Vec<Card>> {
    let mut cards: Vec<Card> = if_addrs::get_if_addrs()?
        .into_iter()
        .filter_map(|card| match card.ip() {
            IpAddr::V4(address) => Some(Card { name: card.name, address }),
            IpAddr::V6(_) => None,
        })
        .collect();
    cards.sort_by_key(|card| (card.address.is_loopback(), !card.address.is_private(), card.name.clone()));
    Ok(cards)
}
