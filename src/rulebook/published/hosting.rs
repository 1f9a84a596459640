//! Hosting: sold for how long, enabled when, renewed when (3.7; ).

use alloc::vec::Vec;

use super::{BEGINNING, INTL_CONSOLE, S2_DAY, V2_BEGINNING, clause};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{HostingYears, LateHosting, Permission, Trigger};

/// HS24 is a later form of S2's page, undated, of 2024: its clauses begin with that year.
const HS24_DAY: &str = "2024-01-01";

pub(super) fn years() -> Vec<Dated<HostingYears>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(HostingYears::NONE, "HS20"),
        ),
        clause(
            "2020-09-15",
            Scope::CN,
            Sourced::stated(HostingYears::up_to(2), "HS20"),
        ),
        // n updates are n + 1 certificates and n hostings. One line prints 4 hostings for
        // three updates, until 2021-01-28.
        clause(
            "2020-12-31",
            Scope::CN,
            Sourced::stated(HostingYears::up_to(4), "HS21a"),
        ),
        // EV is not named.
        clause(
            "2021-01-21",
            Scope::CN,
            Sourced::stated(
                HostingYears {
                    dv: 4,
                    ov: 2,
                    ev: 0,
                },
                "HS21b",
            ),
        ),
        clause(
            "2021-06-15",
            Scope::CN,
            Sourced::stated(HostingYears::up_to(4), "HS21d"),
        ),
        clause(
            S2_DAY,
            INTL_CONSOLE,
            Sourced::stated(HostingYears::up_to(3), "S2"),
        ),
        // Hosting is sold by units there, one for each renewal, not by years.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::stated(HostingYears::NONE, "HS26 SDK"),
        ),
    ])
}

pub(super) fn trigger() -> Vec<Dated<Trigger>> {
    let within = Trigger {
        days: 30,
        strict: false,
    };
    let below = Trigger {
        days: 30,
        strict: true,
    };
    Vec::from([
        // HS20 gives no number; the first page that does says "within 30".
        clause(BEGINNING, Scope::ALL, Sourced::declared(within, "HS21c")),
        // on 2021-06-15 one page has "fewer than 30" and "more than 30" side by side; exactly
        // 30 days are within here.
        clause("2021-05-07", Scope::CN, Sourced::stated(within, "HS21c")),
        // "Due to expire" is Pending Expiration, which begins 30 days before.
        clause(S2_DAY, INTL_CONSOLE, Sourced::inferred(within, "S2 HS21c")),
        clause(HS24_DAY, Scope::INTL, Sourced::stated(below, "HS24")),
        clause("2026-03-31", Scope::ALL, Sourced::stated(below, "HS26")),
    ])
}

pub(super) fn late() -> Vec<Dated<LateHosting>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(LateHosting::Never, "HS20"),
        ),
        clause(
            "2020-09-15",
            Scope::CN,
            Sourced::stated(LateHosting::LastDays(15), "HS20"),
        ),
        // Chosen at application.
        clause(
            "2020-12-31",
            Scope::CN,
            Sourced::inferred(LateHosting::Never, "HS21a"),
        ),
        clause(
            "2021-01-21",
            Scope::CN,
            Sourced::stated(LateHosting::Never, "HS21b"),
        ),
        clause(
            "2021-05-07",
            Scope::CN,
            Sourced::stated(LateHosting::MoreThan(30), "HS21c"),
        ),
        // For issued and uploaded certificates, without a number of days.
        clause(
            S2_DAY,
            INTL_CONSOLE,
            Sourced::inferred(LateHosting::Unexpired, "S2"),
        ),
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::inferred(LateHosting::Unexpired, "HS26 SDK"),
        ),
    ])
}

pub(super) fn of_uploaded() -> Vec<Dated<Permission>> {
    let (allowed, refused) = (Permission::Allowed, Permission::Refused);
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::inferred(refused, "HS20")),
        clause("2021-05-07", Scope::CN, Sourced::stated(allowed, "HS21c")),
        clause(S2_DAY, INTL_CONSOLE, Sourced::stated(allowed, "S2")),
        // the docstrings still have uploaded ones; the pages of V2.0 do not, and they are newer.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::stated(refused, "V2 HS26"),
        ),
    ])
}

pub(super) fn late_refund() -> Vec<Dated<Permission>> {
    let refused = Permission::Refused;
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::inferred(refused, "HS20")),
        clause("2020-09-15", Scope::CN, Sourced::stated(refused, "HS20")),
        clause("2021-05-07", Scope::CN, Sourced::stated(refused, "HS21c")),
        // Units within 7 days, unless paid with a coupon.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::stated(Permission::Allowed, "HS26"),
        ),
    ])
}
