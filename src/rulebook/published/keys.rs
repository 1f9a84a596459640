//! Which RSA keys are refused although they are long enough (BR §6.1.1.3, §6.1.6).

use alloc::vec::Vec;

use super::{BEGINNING, clause};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{ExponentRule, SmallestFactor, WeakKeyRule};

pub(super) fn weak() -> Vec<Dated<WeakKeyRule>> {
    let rule = WeakKeyRule {
        refuses_roca: true,
        fermat_rounds: 100,
    };
    Vec::from([
        // The Baseline Requirements of the time refuse keys whose private half is easily computed,
        // and name no method but the Debian list.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(rule, "BR")),
        // §6.1.1.3 names ROCA and close primes for requests from this day on. The Debian list,
        // which it names too, is not at hand.
        clause("2024-11-15", Scope::ALL, Sourced::stated(rule, "BR")),
    ])
}

pub(super) fn smallest_factor() -> Vec<Dated<SmallestFactor>> {
    // §6.1.6 advises it, with an odd modulus; here it is asked for, since whoever finds a factor has
    // the key.
    Vec::from([clause(
        BEGINNING,
        Scope::ALL,
        Sourced::declared(SmallestFactor(752), "BR"),
    )])
}

pub(super) fn rsa_exponent() -> Vec<Dated<ExponentRule>> {
    // §6.1.6: odd and at least 3; advised are 2^16 + 1 to 2^256 - 1.
    Vec::from([clause(
        BEGINNING,
        Scope::ALL,
        Sourced::stated(
            ExponentRule {
                min: 3,
                advised_min: 65_537,
                advised_max_bits: 256,
            },
            "BR",
        ),
    )])
}
