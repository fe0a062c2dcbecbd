//! The attacks, one to a file.

mod f20_parallel_guesses;
mod f21_double_spend;
mod f22_guesses_for_days;
mod f23_spraying;
mod f24_mail_bombing;
mod f25_stolen_refresh_token;
mod f26_replayed_sessions;
mod f27_code_elsewhere;
mod f28_hostile_srp;
mod f30_forged_signatures;
mod f31_step_machine;
mod f32_hostile_json;
mod f33_forged_tokens;
mod f34_redirects;
mod f35_other_sites;
mod f36_slow_clients;
mod f37_large_requests;
mod f38_unknown_names;
mod f39_srp_flood;
mod f40_timing;
mod f41_unequal_answers;
mod f42_slow_relay;
mod f43_code_generator;
mod f44_leaked_secrets;
mod f45_failing_open;

use crate::attack::Attack;

/// All attacks, in the order of their numbers.
pub const ATTACKS: &[Attack] = &[
    f20_parallel_guesses::ATTACK,
    f21_double_spend::ATTACK,
    f22_guesses_for_days::ATTACK,
    f23_spraying::ATTACK,
    f24_mail_bombing::ATTACK,
    f25_stolen_refresh_token::ATTACK,
    f26_replayed_sessions::ATTACK,
    f27_code_elsewhere::ATTACK,
    f28_hostile_srp::ATTACK,
    f30_forged_signatures::ATTACK,
    f31_step_machine::ATTACK,
    f32_hostile_json::ATTACK,
    f33_forged_tokens::ATTACK,
    f34_redirects::ATTACK,
    f35_other_sites::ATTACK,
    f36_slow_clients::ATTACK,
    f37_large_requests::ATTACK,
    f38_unknown_names::ATTACK,
    f39_srp_flood::ATTACK,
    f40_timing::ATTACK,
    f41_unequal_answers::ATTACK,
    f42_slow_relay::ATTACK,
    f43_code_generator::ATTACK,
    f44_leaked_secrets::ATTACK,
    f45_failing_open::ATTACK,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_and_no_two_are_the_same() {
        for pair in ATTACKS.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} {}", pair[0].id, pair[1].id);
        }
    }
}
