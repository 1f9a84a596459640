//! When a unit of a plan is used up, and when it comes back (3.5 of the dossier: ).

use alloc::vec::Vec;

use super::{BEGINNING, CN_CONSOLE, INTL_CONSOLE, clause};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{
    ConsumeAt, Consumption, DecisiveAct, Method, ReturnAnchor, ReturnDays,
};

pub(super) fn consumption() -> Vec<Dated<Consumption>> {
    let all = |at| Consumption {
        for_package: at,
        request: at,
        with_csr: at,
    };
    let (on_issuance, on_submission) = (all(ConsumeAt::Issuance), all(ConsumeAt::Submission));
    Vec::from([
        // No older page speaks of units; this is what the console's say from 2020-12-31 on.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(on_issuance, "HS21a"),
        ),
        clause(
            "2020-12-31",
            Scope::CONSOLE,
            Sourced::stated(on_issuance, "HS21a AP21a AP21b"),
        ),
        // "The call counts as used, issued or not."
        clause(
            "2020-12-31",
            Scope::API,
            Sourced::stated(on_submission, "A20"),
        ),
        // the pages say "after submission and issuance". S3, of the same day, calls a unit
        // used from submission on. The two-counter ledger carries both: a unit is reserved at
        // submission, and reserved ones count as used.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::inferred(on_issuance, "A21"),
        ),
        // What S4 says is stated; its day is inferred: it is undated, and its wording begins in
        // 2022-11 at the earliest.
        clause(
            "2022-11-01",
            Scope::API,
            Sourced::stated(
                Consumption {
                    for_package: ConsumeAt::Issuance,
                    ..on_submission
                },
                "S4 A24",
            ),
        ),
    ])
}

pub(super) fn return_days() -> Vec<Dated<ReturnDays>> {
    let (thirty, twenty_eight) = (ReturnDays(30), ReturnDays(28));
    Vec::from([
        // No older page speaks of units; the first one that does says 30.
        clause(BEGINNING, Scope::ALL, Sourced::declared(thirty, "HS21a")),
        // S1 speaks of money, not of quota; the unit is taken to follow it.
        clause("2019-08-15", INTL_CONSOLE, Sourced::inferred(thirty, "S1")),
        clause(
            "2020-12-31",
            Scope::CONSOLE,
            Sourced::stated(thirty, "HS21a AP21a"),
        ),
        clause("2021-02-26", Scope::API, Sourced::stated(thirty, "S3 A21")),
        // The pages on revocation and on refunds are the console's; the API keeps what its own say.
        clause(
            "2021-04-22",
            CN_CONSOLE,
            Sourced::stated(twenty_eight, "RV21b AP21b"),
        ),
        // The English page of the same rule is a month younger.
        clause(
            "2021-05-20",
            INTL_CONSOLE,
            Sourced::stated(twenty_eight, "RV21b"),
        ),
        // After the days of money the unit still returns, counted from the purchase. The page says so
        // of purchases without an add-on; with one, money comes back for just as long.
        clause("2021-07-14", CN_CONSOLE, Sourced::stated(thirty, "RF21c")),
        // RV23 and RV24 are help pages on revocation, not pages of the API. RV24 (2024-11) adds
        // that the bound domain must not have changed, which nothing here can do.
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::inferred(twenty_eight, "RV23 RV24"),
        ),
    ])
}

pub(super) fn return_method() -> Vec<Dated<Method>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(Method::EndOfDay, "C2"),
        ),
        // from here on the vendor's own example counts to the second; whether the last second
        // counts it does not say, and here it does.
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::stated(Method::Rolling, "RV23 RV24"),
        ),
    ])
}

pub(super) fn return_act() -> Vec<Dated<DecisiveAct>> {
    let completed = DecisiveAct::RevocationCompleted;
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::declared(completed, "C5")),
        // "if you revoke" is the holder's act. C5 would have the completion count, and the
        // neighbouring Chinese pages say so; S1 itself does not, and is read for the holder.
        clause(
            "2019-08-15",
            INTL_CONSOLE,
            Sourced::declared(DecisiveAct::RevocationRequested, "S1"),
        ),
        clause(
            "2020-12-31",
            Scope::CONSOLE,
            Sourced::declared(completed, "C5 HS21a"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::declared(completed, "C5 S3"),
        ),
        clause(
            "2021-04-22",
            CN_CONSOLE,
            Sourced::stated(completed, "RV21b"),
        ),
        clause(
            "2021-05-20",
            INTL_CONSOLE,
            Sourced::stated(completed, "RV21b"),
        ),
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::stated(completed, "RV23 RV24"),
        ),
    ])
}

pub(super) fn return_anchor() -> Vec<Dated<ReturnAnchor>> {
    let issuance = ReturnAnchor::Issuance;
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::declared(issuance, "HS21a")),
        clause(
            "2019-08-15",
            INTL_CONSOLE,
            Sourced::inferred(issuance, "S1"),
        ),
        clause(
            "2020-12-31",
            Scope::CONSOLE,
            Sourced::stated(issuance, "HS21a AP21a"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(issuance, "S3 A21"),
        ),
        clause(
            "2021-04-22",
            CN_CONSOLE,
            Sourced::stated(issuance, "RV21b AP21b"),
        ),
        // counted from the purchase, on one page of one site.
        clause(
            "2021-07-14",
            CN_CONSOLE,
            Sourced::stated(ReturnAnchor::Purchase, "RF21c"),
        ),
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::stated(issuance, "RV23 RV24"),
        ),
    ])
}
