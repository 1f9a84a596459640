//! Revocation: how many, confirmed how, of what, and how long it takes (3.8; ).

use alloc::vec::Vec;

use super::{BEGINNING, CN_CONSOLE, S2_DAY, V2_BEGINNING, clause};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{ClassSet, Permission, ReviewTimes, RevocationLimit, WorkingDays};

pub(super) fn limit() -> Vec<Dated<RevocationLimit>> {
    let per_account = RevocationLimit::PerAccount;
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(RevocationLimit::Unlimited, "DL19a"),
        ),
        clause(
            "2019-04-08",
            Scope::ALL,
            Sourced::stated(RevocationLimit::Unlimited, "DL19a"),
        ),
        clause(
            "2021-04-22",
            Scope::CN,
            Sourced::stated(per_account, "RV21b"),
        ),
        clause(
            "2021-05-20",
            Scope::INTL,
            Sourced::stated(per_account, "RV21b"),
        ),
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::stated(RevocationLimit::PerProduct, "RV23"),
        ),
    ])
}

pub(super) fn mail() -> Vec<Dated<ClassSet>> {
    Vec::from([
        // RV19a describes revocation and knows no mail.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(ClassSet::NONE, "RV19a"),
        ),
        clause(
            "2020-09-15",
            Scope::ALL,
            Sourced::stated(ClassSet::OV_AND_EV, "RV20a"),
        ),
    ])
}

pub(super) fn free() -> Vec<Dated<Permission>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(Permission::Allowed, "RV19a"),
        ),
        clause(
            "2021-01-13",
            CN_CONSOLE,
            Sourced::stated(Permission::Refused, "FRA21"),
        ),
        clause(
            "2021-04-30",
            CN_CONSOLE,
            Sourced::stated(Permission::Allowed, "FR21"),
        ),
    ])
}

pub(super) fn hosted() -> Vec<Dated<Permission>> {
    let refused = Permission::Refused;
    Vec::from([
        // The pages on revocation are silent, though hosting is sold since 2020-09.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(Permission::Allowed, "RV20a"),
        ),
        clause("2021-02-05", Scope::CN, Sourced::stated(refused, "RV21a")),
        // The English page of that day does not speak of hosting, which is not sold there yet.
        clause(
            "2021-05-20",
            Scope::INTL,
            Sourced::inferred(refused, "RV21a"),
        ),
        // RV22 (undated, about 2022) shows the way out: once the members that are not
        // activated are cancelled, the certificate is no longer hosted.
        clause(S2_DAY, Scope::ALL, Sourced::stated(refused, "RV22")),
        // Hosting is a flag of an instance there, and its revocation asks for nothing but the
        // instance's kind.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::inferred(Permission::Allowed, "SDK"),
        ),
    ])
}

/// Information: no decision reads it.
pub(super) fn times() -> Vec<Dated<ReviewTimes>> {
    let span = |least, most| WorkingDays { least, most };
    let times = |dv, organization| ReviewTimes {
        dv,
        ov: organization,
        ev: organization,
    };
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(times(span(0, 0), span(3, 5)), "RV19a"),
        ),
        clause(
            "2019-02-27",
            Scope::ALL,
            Sourced::stated(times(span(0, 0), span(3, 5)), "RV19a"),
        ),
        clause(
            "2020-09-15",
            Scope::ALL,
            Sourced::stated(times(span(0, 5), span(0, 5)), "RV20a"),
        ),
        // DV at once on submission.
        clause(
            "2021-02-05",
            Scope::CN,
            Sourced::stated(times(span(0, 0), span(0, 5)), "RV21a RV20a"),
        ),
        clause(
            "2021-05-20",
            Scope::INTL,
            Sourced::stated(times(span(0, 0), span(0, 5)), "RV21b RV20a"),
        ),
    ])
}
