use super::*;

fn places(total: usize, per_address: usize, per_network: usize) -> Arc<Places> {
    Places::new(Counts {
        total,
        per_address,
        per_network,
    })
}

fn take(places: &Arc<Places>, from: &str) -> Option<Place> {
    Places::take(places, from.parse().unwrap(), false)
}

/// A place whose request is being served.
fn busy(places: &Arc<Places>, from: &str) -> Option<Place> {
    let place = take(places, from)?;
    place.change(Phase::Serving);
    Some(place)
}

impl Place {
    fn is_dismissed(&self) -> bool {
        !self.places.state().connections.contains_key(&self.id)
    }
}

#[test]
fn one_address_cannot_take_all_places() {
    let places = places(100, 2, 2);
    let first = busy(&places, "192.0.2.1");
    let second = busy(&places, "::ffff:192.0.2.1");
    assert!(first.is_some() && second.is_some());
    assert!(take(&places, "192.0.2.1").is_none());
    assert!(take(&places, "192.0.2.2").is_some());
    drop(first);
    assert!(take(&places, "192.0.2.1").is_some());
}

#[test]
fn neighbours_in_one_ipv6_network_count_as_one() {
    let places = places(100, 2, 3);
    let _one = busy(&places, "2001:db8::1").unwrap();
    let _two = busy(&places, "2001:db8::ffff:2").unwrap();
    assert!(take(&places, "2001:db8::3").is_none(), "the /64 is full");
    let _three = busy(&places, "2001:db8:0:1::1").unwrap();
    assert!(take(&places, "2001:db8:0:2::1").is_none(), "the /48 is full");
    assert!(take(&places, "2001:db8:1::1").is_some());
}

#[test]
fn a_proxy_may_take_all_places_and_no_more() {
    let places = places(3, 1, 1);
    let proxy = || Places::take(&places, "127.0.0.1".parse().unwrap(), true);
    let held: Vec<_> = (0..3).map(|_| proxy().unwrap()).collect();
    held.iter().for_each(|place| place.change(Phase::Serving));
    assert!(proxy().is_none());
    assert!(take(&places, "192.0.2.1").is_none());
    drop(held);
    let state = places.state();
    assert!(state.groups.is_empty() && state.connections.is_empty() && state.waiting.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_connection_makes_room() {
    let places = places(3, 3, 3);
    let served = busy(&places, "192.0.2.1").unwrap();
    let idle = take(&places, "192.0.2.2").unwrap();
    let mut used = take(&places, "192.0.2.3").unwrap();
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    used.change(Phase::Serving);
    used.change(Phase::Idle);
    idle.change(Phase::Idle);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    used.change(Phase::Idle);
    let newcomer = take(&places, "192.0.2.4").unwrap();
    idle.dismissed().await;
    assert!(!served.is_dismissed() && !used.is_dismissed());
    let another = take(&places, "192.0.2.5").unwrap();
    assert!(used.is_dismissed(), "the next longest");
    used = another;
    newcomer.change(Phase::Serving);
    used.change(Phase::Serving);
    assert!(
        take(&places, "192.0.2.6").is_none(),
        "a connection that is served stays"
    );
}

#[test]
fn an_idle_connection_makes_room_before_a_slow_head_and_that_before_a_slow_body() {
    let places = places(3, 3, 3);
    let body = take(&places, "192.0.2.1").unwrap();
    body.change(Phase::Body);
    let head = take(&places, "192.0.2.2").unwrap();
    head.change(Phase::Head);
    let idle = take(&places, "192.0.2.3").unwrap();
    let mut newcomers = Vec::new();
    for expected in [&idle, &head, &body] {
        assert!(!expected.is_dismissed());
        let newcomer = busy(&places, "192.0.2.4");
        assert!(newcomer.is_some() && expected.is_dismissed());
        newcomers.push(newcomer);
    }
    assert!(take(&places, "192.0.2.5").is_none());
}

#[test]
fn an_address_with_all_its_places_makes_room_of_its_own() {
    let places = places(100, 2, 100);
    let others = take(&places, "192.0.2.1").unwrap();
    let held = [
        take(&places, "192.0.2.2").unwrap(),
        take(&places, "192.0.2.2").unwrap(),
    ];
    let newcomer = take(&places, "192.0.2.2").unwrap();
    assert!(held[0].is_dismissed() && !held[1].is_dismissed() && !others.is_dismissed());
    assert_eq!(places.state().connections.len(), 3);
    drop((others, held, newcomer));
    assert!(places.state().connections.is_empty());
}

#[test]
fn the_last_places_are_for_addresses_that_hold_next_to_none() {
    let places = places(80, 80, 80);
    // Ten of eighty are reserved: one address gets no further than seventy, however busy they are.
    let held: Vec<_> = (0..70).map(|_| busy(&places, "192.0.2.1").unwrap()).collect();
    assert!(take(&places, "192.0.2.1").is_none());
    let first_of_others: Vec<_> = (2..12).map(|n| busy(&places, &format!("192.0.2.{n}"))).collect();
    assert!(first_of_others.iter().all(Option::is_some));
    assert!(take(&places, "192.0.2.99").is_none());
    drop(held);
}
