//! The faults, one to a file.

mod f01_killed;
mod f02_limits_after_a_kill;
mod f03_power_cut;
mod f04_disk;
mod f06_relay_down;
mod f08_hostile_relay;
mod f09_killed_while_mailing;
mod f12_clock_jumps;
mod f13_database_killed;
mod f14_failover;
mod f15_paused_node;
mod f46_three_nodes;
mod f47_database_cut;
mod f48_soak;

use crate::attack::Attack;

/// All faults, in the order of their numbers.
pub const FAULTS: &[Attack] = &[
    f01_killed::FAULT,
    f02_limits_after_a_kill::FAULT,
    f03_power_cut::FAULT,
    f04_disk::FAULT,
    f06_relay_down::FAULT,
    f08_hostile_relay::FAULT,
    f09_killed_while_mailing::FAULT,
    f12_clock_jumps::FAULT,
    f13_database_killed::FAULT,
    f14_failover::FAULT,
    f15_paused_node::FAULT,
    f46_three_nodes::FAULT,
    f47_database_cut::FAULT,
    f48_soak::FAULT,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attacks::ATTACKS;

    #[test]
    fn ids_ascend_and_no_attack_has_one_of_them() {
        for pair in FAULTS.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} {}", pair[0].id, pair[1].id);
        }
        for fault in FAULTS {
            assert!(ATTACKS.iter().all(|attack| attack.id != fault.id), "{}", fault.id);
        }
    }
}
