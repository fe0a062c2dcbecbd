//! Who is at the other end of a loopback connection.
//!
//! A port on 127.0.0.1 is open to every user of the machine, and any program that asked there for the next event could answer
//! it: an answer may say that a code was right. So each connection is looked up in the system's table of sockets, and
//! only those of the server's own user are served.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Whether the connection between these two ends belongs to the user of this process.
///
/// Where the system has no such table, every connection on the machine counts as ours, for there is no way to know.
pub(super) fn is_ours(client: SocketAddr, server: SocketAddr) -> bool {
    let Ok(table) = std::fs::read_to_string("/proc/self/net/tcp") else {
        return true;
    };
    owner(&table, client, server) == Some(rustix::process::geteuid().as_raw())
}

/// The user id of the client's end, from the text of `/proc/net/tcp`.
fn owner(table: &str, client: SocketAddr, server: SocketAddr) -> Option<u32> {
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        let local = address(columns.nth(1)?)?;
        let remote = address(columns.next()?)?;
        if local != client || remote != server {
            return None;
        }
        columns.nth(4)?.parse().ok()
    })
}

/// An address as the table writes it: the four bytes as one number in the machine's own order, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let address = Ipv4Addr::from(u32::from_str_radix(address, 16).ok()?.to_ne_bytes());
    Some(SocketAddr::new(
        IpAddr::V4(address),
        u16::from_str_radix(port, 16).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[cfg(target_endian = "little")]
    #[test]
    fn the_owner_of_the_clients_end_is_found() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0\n   \
             1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0\n   \
             2: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 13 1 0\n";
        let server = SocketAddr::from(([127, 0, 0, 1], 8080));
        assert_eq!(
            owner(table, SocketAddr::from(([127, 0, 0, 1], 0xd431)), server),
            Some(1001)
        );
        assert_eq!(
            owner(table, SocketAddr::from(([127, 0, 0, 1], 0xd432)), server),
            None
        );
        assert_eq!(owner("", server, server), None);
        assert_eq!(owner("head\n 1: nonsense", server, server), None);
    }

    #[test]
    fn a_connection_of_our_own_is_ours() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, peer) = listener.accept().unwrap();
        assert!(is_ours(peer, listener.local_addr().unwrap()));
        drop(client);
    }
}
