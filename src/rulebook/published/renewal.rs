//! Renewal: of what, when, into what, and with whose remaining time (3.2, 3.10; ).

use alloc::vec::Vec;

use super::{A24_DAY, BEGINNING, CN_CONSOLE, IN_FORCE, INTL_CONSOLE, V2_BEGINNING, clause};
use crate::model::{Status, StatusSet};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{CarryOver, Permission, RenewalResult};

/// RN26 is undated, of 2025 or 2026: its clauses begin on the day between.
const RN26_DAY: &str = "2026-01-01";

/// Whether a certificate is expiring is the notice's to say: 60 days in S0, 30 elsewhere.
const EXPIRING: StatusSet = StatusSet::of(&[Status::PendingExpiration]);
const EXPIRING_OR_EXPIRED: StatusSet = StatusSet::of(&[Status::PendingExpiration, Status::Expired]);

pub(super) fn renewal() -> Vec<Dated<StatusSet>> {
    let expiring = EXPIRING;
    Vec::from([
        // "Certificates cannot be renewed": one buys anew, some days ahead.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(StatusSet::EMPTY, "RN19"),
        ),
        clause(
            "2019-03-13",
            Scope::ALL,
            Sourced::stated(StatusSet::EMPTY, "RN19"),
        ),
        clause("2019-05-21", CN_CONSOLE, Sourced::stated(expiring, "RN19b")),
        clause("2019-05-22", INTL_CONSOLE, Sourced::stated(expiring, "S1")),
        // An English page of questions renews after expiry too; S1, and the questions of
        // 2019-08-28, have an expired one bought anew.
        clause(
            "2019-06-20",
            INTL_CONSOLE,
            Sourced::stated(EXPIRING_OR_EXPIRED, "FA19a"),
        ),
        clause(
            "2019-08-15",
            INTL_CONSOLE,
            Sourced::stated(expiring, "S1 FA19b"),
        ),
        // The last 30 natural days.
        clause("2021-01-22", CN_CONSOLE, Sourced::stated(expiring, "RN21b")),
        // From the prompt of 60 days on.
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::stated(expiring, "S0 RN21a"),
        ),
        clause(
            "2021-02-26",
            INTL_CONSOLE,
            Sourced::stated(expiring, "RN21b"),
        ),
        clause("2021-05-08", CN_CONSOLE, Sourced::stated(expiring, "RN21c")),
        clause(
            "2021-05-24",
            INTL_CONSOLE,
            Sourced::stated(expiring, "RN21c"),
        ),
        // any time while issued and valid.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(StatusSet::of(&IN_FORCE), "A21"),
        ),
        clause(A24_DAY, Scope::API, Sourced::stated(expiring, "A24 A26")),
        // The Chinese page lists issued ones too.
        clause(
            RN26_DAY,
            CN_CONSOLE,
            Sourced::stated(StatusSet::of(&IN_FORCE), "RN26"),
        ),
        clause(RN26_DAY, INTL_CONSOLE, Sourced::stated(expiring, "RN26")),
        // No operation renews an instance; hosting does.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::inferred(StatusSet::EMPTY, "SDK"),
        ),
    ])
}

pub(super) fn of_uploaded() -> Vec<Dated<StatusSet>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(StatusSet::EMPTY, "RN19"),
        ),
        clause("2021-01-22", CN_CONSOLE, Sourced::stated(EXPIRING, "RN21b")),
        clause(
            "2021-02-26",
            INTL_CONSOLE,
            Sourced::stated(EXPIRING, "RN21b"),
        ),
        // one page in two languages.
        clause(
            RN26_DAY,
            CN_CONSOLE,
            Sourced::stated(StatusSet::EMPTY, "RN26"),
        ),
        clause(
            RN26_DAY,
            INTL_CONSOLE,
            Sourced::stated(EXPIRING_OR_EXPIRED, "RN26"),
        ),
    ])
}

/// T-31: neither mixed certificates nor those for several domains, which here are all that name more
/// than one.
pub(super) fn of_several() -> Vec<Dated<Permission>> {
    Vec::from([
        // No older page sets them apart.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(Permission::Allowed, "RN21b A24"),
        ),
        clause(
            RN26_DAY,
            Scope::CONSOLE,
            Sourced::stated(Permission::Refused, "RN26"),
        ),
    ])
}

pub(super) fn result() -> Vec<Dated<RenewalResult>> {
    let (slot, submitted) = (RenewalResult::PendingApplication, RenewalResult::Submitted);
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(slot, "RN19b RN21b"),
        ),
        clause(
            "2019-06-20",
            INTL_CONSOLE,
            Sourced::stated(submitted, "FA19a"),
        ),
        clause("2019-08-15", INTL_CONSOLE, Sourced::inferred(slot, "S1")),
        // A new order to apply with.
        clause("2021-01-22", INTL_CONSOLE, Sourced::stated(slot, "RN21a")),
        // RN21b says so of uploaded certificates and of plans; what is bought to renew a bought one it
        // shows in verification, with the old data. The slot is kept for all.
        clause("2021-01-22", CN_CONSOLE, Sourced::inferred(slot, "RN21b")),
        clause("2021-02-26", INTL_CONSOLE, Sourced::inferred(slot, "RN21b")),
        clause("2021-05-10", CN_CONSOLE, Sourced::stated(slot, "RN21c")),
        clause("2021-05-24", INTL_CONSOLE, Sourced::stated(slot, "RN21c")),
        // "Adds a year", and asks for no further application.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::inferred(submitted, "A21"),
        ),
        clause(A24_DAY, Scope::API, Sourced::stated(slot, "A24 A26")),
    ])
}

/// The new term is defined by the date of the old expiry, whatever the printed example says.
///
/// The pages of 2021-01-22 except free DV and the DV wildcard of `DigiCert`. What is free is never
/// renewed. The other is no product of the catalog: its DV wildcards are of two other brands,
/// and `symantec-dv-1-starter`, a wildcard on two pages, is a single name on the one that it follows.
pub(super) fn carry_over() -> Vec<Dated<CarryOver>> {
    let of = |bought, uploaded| CarryOver { bought, uploaded };
    Vec::from([
        // Without renewals there is nothing to carry.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(of(false, false), "RN19"),
        ),
        // The pages of 2019 are silent; those of 2021 are taken to describe what was there.
        clause(
            "2019-05-21",
            Scope::CONSOLE,
            Sourced::declared(of(true, false), "RN21b"),
        ),
        // of uploaded ones for six days.
        clause(
            "2021-01-22",
            CN_CONSOLE,
            Sourced::stated(of(true, true), "RN21b"),
        ),
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::stated(of(true, false), "RN21a"),
        ),
        clause(
            "2021-01-28",
            CN_CONSOLE,
            Sourced::stated(of(true, false), "RN21b RN21c"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::inferred(of(true, false), "A21"),
        ),
    ])
}
