//! Money back: of certificates, of plans, and what the pages show about it (3.3, 3.4,
//!
//!
//! The number of days, the anchor and the act are the documents'. How the days are counted is stated
//! nowhere: to the end of the last day, our choice C2, which every clause names. The pages of 2024
//! and 2026 count calendar days, which is the same. X-34's example, which counts to the second, is
//! about units, not about money; only V2 compares two instants.

use alloc::vec::Vec;

use super::{BEGINNING, CN_CONSOLE, INTL_CONSOLE, V2_BEGINNING, clause};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{
    AddOn, Anchor, Method, PlanRefundRule, RefundAct, RefundCase, RefundClause, RefundLimit,
    RefundMargin, RefundRule, RefundTrigger, Review, ShownDays, Unused,
};

/// Working days that a claim takes: the only number before 2020 (`RF19b`), and the
/// later one (`RF20a`).
/// Advice; where a page gives none, the number before it is kept.
const HANDLED: Review = Review::WorkingDays(5);
const REVIEWED: Review = Review::WorkingDays(15);

const UNISSUED: RefundCase = RefundCase::Unissued;
const REVOKED: RefundCase = RefundCase::Revoked;

const fn limit(anchor: Anchor, act: RefundAct, days: u16) -> RefundLimit {
    RefundLimit {
        anchor,
        act,
        days,
        method: Method::EndOfDay,
    }
}

const fn of_issuance(act: RefundAct, days: u16) -> RefundLimit {
    limit(Anchor::Issuance, act, days)
}

const fn of_payment(act: RefundAct, days: u16) -> RefundLimit {
    limit(Anchor::Payment, act, days)
}

fn way(case: RefundCase, limits: &[RefundLimit], review: Review) -> RefundClause {
    RefundClause {
        case,
        add_on: AddOn::Any,
        limits: limits.iter().copied().take(2).collect(),
        review,
    }
}

fn rule(ways: impl IntoIterator<Item = RefundClause>) -> RefundRule {
    RefundRule {
        clauses: ways.into_iter().take(6).collect(),
    }
}

/// The table of 5, 15 and so many days: unissued at once for five days after payment, and after
/// review later; revoked in time. X-06: the page bounds the late row by the expiry of what has none,
/// so it has no bound here.
fn table(revoked: RefundLimit) -> RefundRule {
    rule([
        way(
            UNISSUED,
            &[of_payment(RefundAct::Claim, 5)],
            Review::Instant,
        ),
        way(UNISSUED, &[], REVIEWED),
        way(REVOKED, &[revoked], REVIEWED),
    ])
}

/// Unissued at any time, and revoked within these bounds.
fn any_time_and(limit: RefundLimit, review: Review) -> RefundRule {
    rule([way(UNISSUED, &[], HANDLED), way(REVOKED, &[limit], review)])
}

/// `RF21b` and `RF21c`: 7 days without a value-added service, 30 with one; what was issued is revoked
/// before it is claimed.
fn by_add_on() -> RefundRule {
    let with = |case, add_on, days| RefundClause {
        add_on,
        ..way(case, &[of_payment(RefundAct::Claim, days)], REVIEWED)
    };
    rule([
        with(UNISSUED, AddOn::Without, 7),
        with(UNISSUED, AddOn::With, 30),
        with(REVOKED, AddOn::Without, 7),
        with(REVOKED, AddOn::With, 30),
    ])
}

/// Seven days of the payment for the claim and, if a certificate was issued, for its revocation too.
fn seven_of_payment(method: Method) -> RefundRule {
    let seven = |act| RefundLimit {
        method,
        ..of_payment(act, 7)
    };
    let (claim, completed) = (
        seven(RefundAct::Claim),
        seven(RefundAct::RevocationCompleted),
    );
    rule([
        way(UNISSUED, &[claim], REVIEWED),
        way(REVOKED, &[completed, claim], REVIEWED),
    ])
}

const fn completed(days: u16) -> RefundLimit {
    of_issuance(RefundAct::RevocationCompleted, days)
}

pub(super) fn refund() -> Vec<Dated<RefundRule>> {
    let everywhere = [
        // By ticket; what was issued is never paid back.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::stated(rule([way(UNISSUED, &[], HANDLED)]), "RF18 RF19b"),
        ),
        // Counted from `OrderStartTime`, an instant. That the revocation comes first is RF26's.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::inferred(seven_of_payment(Method::Rolling), "RFAPI SDK RF26"),
        ),
    ];
    let sites = china().into_iter().chain(abroad());
    everywhere.into_iter().chain(sites).collect()
}

fn china() -> Vec<Dated<RefundRule>> {
    // Calendar days, not to the second: see `abroad`.
    let in_2026 = || Sourced::inferred(seven_of_payment(Method::EndOfDay), "RF26 RF20a C2");
    Vec::from([
        // The page asks for a claim within 30 days of the issuance, by ticket, and says nothing of a
        // revocation. That what was issued is revoked first is RF19b's, five weeks later: no page pays
        // for a certificate that goes on serving.
        clause(
            "2019-03-07",
            Scope::CN,
            Sourced::inferred(
                any_time_and(of_issuance(RefundAct::Claim, 30), HANDLED),
                "RF19a RF19b C2",
            ),
        ),
        clause(
            "2019-04-16",
            Scope::CN,
            Sourced::stated(any_time_and(completed(30), HANDLED), "RF19b RV19a C2"),
        ),
        clause(
            "2019-09-05",
            Scope::CN,
            Sourced::stated(any_time_and(completed(30), HANDLED), "RF19c C2"),
        ),
        clause(
            "2020-09-15",
            Scope::CN,
            Sourced::stated(table(completed(30)), "RF20a C2"),
        ),
        // for some minutes of this day the page had 28 in one row and 30 in another.
        clause(
            "2020-12-08",
            Scope::CN,
            Sourced::stated(table(completed(28)), "RF20c RF20b C2"),
        ),
        // counted from the payment now, and the counts must be intact: what was issued is
        // revoked within 28 days of issuance too.
        clause(
            "2021-04-19",
            Scope::CN,
            Sourced::stated(
                rule([
                    way(UNISSUED, &[of_payment(RefundAct::Claim, 28)], REVIEWED),
                    way(
                        REVOKED,
                        &[of_payment(RefundAct::Claim, 28), completed(28)],
                        REVIEWED,
                    ),
                ]),
                "RF21a RF20a C2",
            ),
        ),
        clause(
            "2021-07-12",
            Scope::CN,
            Sourced::stated(by_add_on(), "RF21b RF20a C2"),
        ),
        clause(
            "2021-07-14",
            Scope::CN,
            Sourced::stated(by_add_on(), "RF21c RF20a C2"),
        ),
        // The page in hand is the English one.
        clause("2026-03-18", CN_CONSOLE, in_2026()),
        clause("2026-03-18", super::CN_API, in_2026()),
    ])
}

fn abroad() -> Vec<Dated<RefundRule>> {
    // RF24 and RF26 say "calendar days", so to the end of the last one: X-34's example to the second
    // is RV23's, about the days in which a unit returns.
    let in_2026 = || Sourced::stated(seven_of_payment(Method::EndOfDay), "RF26 RF20a C2");
    Vec::from([
        // The English page of that day is taken to say what the Chinese one said then.
        clause(
            "2019-08-06",
            Scope::INTL,
            Sourced::inferred(any_time_and(completed(30), HANDLED), "RF19b C2"),
        ),
        // S1 says "if you revoke", and does not say which act of a revocation counts; it is
        // read for the holder's. It is silent on what was not issued.
        clause(
            "2019-08-15",
            INTL_CONSOLE,
            Sourced::declared(
                any_time_and(
                    of_issuance(RefundAct::RevocationRequested, 30),
                    Review::Instant,
                ),
                "S1 RF18 C2",
            ),
        ),
        clause(
            "2020-12-30",
            Scope::INTL,
            Sourced::stated(table(completed(28)), "RF20c C2"),
        ),
        // the overview refuses a claim after 30 days, while the refund page of the same weeks
        // has 28. A claim needs a completed revocation, so the claim alone is bounded. What was not
        // issued is the refund page's.
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::inferred(table(of_issuance(RefundAct::Claim, 30)), "S0 RF20c C2"),
        ),
        clause(
            "2021-03-12",
            Scope::INTL,
            Sourced::stated(table(completed(28)), "RF20c C2"),
        ),
        clause(
            "2021-04-19",
            Scope::INTL,
            Sourced::stated(table(completed(28)), "RF21i C2"),
        ),
        clause(
            "2024-10-25",
            Scope::INTL,
            Sourced::stated(seven_of_payment(Method::EndOfDay), "RF24 RF20a C2"),
        ),
        clause("2026-03-18", INTL_CONSOLE, in_2026()),
        clause("2026-03-18", super::INTL_API, in_2026()),
    ])
}

pub(super) fn trigger() -> Vec<Dated<RefundTrigger>> {
    let claim = RefundTrigger::OnClaim;
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::stated(claim, "RF18")),
        // "we will refund".
        clause(
            "2019-08-15",
            INTL_CONSOLE,
            Sourced::declared(RefundTrigger::OnRevocation, "S1"),
        ),
        clause("2020-12-30", Scope::INTL, Sourced::stated(claim, "RF20c")),
    ])
}

pub(super) fn plan() -> Vec<Dated<PlanRefundRule>> {
    let within = |days, unused| PlanRefundRule {
        days,
        method: Method::EndOfDay,
        unused,
    };
    let (never_applied, full) = (Unused::NeverApplied, Unused::LedgerFull);
    Vec::from([
        // No page on plans yet; orders that nothing was applied for are paid back at any time.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(within(None, never_applied), "RF18"),
        ),
        clause(
            "2020-11-07",
            Scope::ALL,
            Sourced::stated(within(Some(30), never_applied), "RFP20 C2"),
        ),
        clause(
            "2021-01-04",
            Scope::ALL,
            Sourced::stated(within(Some(30), never_applied), "RFP21 C2"),
        ),
        // "at any time while unused". What "unused" means it does not say; that every unit is
        // back is our reading.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::inferred(within(None, full), "S3"),
        ),
        clause(
            "2021-04-19",
            Scope::CN,
            Sourced::stated(within(Some(28), full), "RF21a C2"),
        ),
        // The same page, on the same orders of a number of certificates, has 7 days now, or 30 with
        // an add-on. A plan's rule knows no add-on.
        clause(
            "2021-07-12",
            Scope::CN,
            Sourced::inferred(within(Some(7), full), "RF21b C2"),
        ),
        clause(
            "2021-07-14",
            Scope::CN,
            Sourced::inferred(within(Some(7), full), "RF21c C2"),
        ),
        clause(
            "2024-10-25",
            Scope::INTL,
            Sourced::stated(within(Some(7), full), "RF24 C2"),
        ),
        clause(
            "2026-03-18",
            Scope::INTL,
            Sourced::stated(within(Some(7), full), "RF26 C2"),
        ),
        clause(
            "2026-03-18",
            Scope::CN,
            Sourced::inferred(within(Some(7), full), "RF26 C2"),
        ),
    ])
}

/// the button of the console goes by days of its own. It guards nothing.
pub(super) fn button() -> Vec<Dated<ShownDays>> {
    let (none, twenty_eight, thirty) = (ShownDays(None), ShownDays(Some(28)), ShownDays(Some(30)));
    Vec::from([
        // Claims are made by ticket.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(none, "RF18")),
        clause("2020-09-15", CN_CONSOLE, Sourced::inferred(thirty, "RF20a")),
        // The last versions of the page, of 2021-01-27 and 2021-03-12, still have 30.
        clause("2020-12-08", CN_CONSOLE, Sourced::stated(thirty, "RF20c")),
        clause("2020-12-30", INTL_CONSOLE, Sourced::stated(thirty, "RF20c")),
        // After the order.
        clause(
            "2021-04-19",
            CN_CONSOLE,
            Sourced::stated(twenty_eight, "RF21a"),
        ),
        clause(
            "2021-04-19",
            INTL_CONSOLE,
            Sourced::stated(twenty_eight, "RF21i"),
        ),
        // A rule of 7 days, beside a button of 28, for two days.
        clause(
            "2021-07-12",
            CN_CONSOLE,
            Sourced::stated(twenty_eight, "RF21b"),
        ),
        // While the conditions of the refund are met.
        clause("2021-07-14", CN_CONSOLE, Sourced::inferred(none, "RF21c")),
        clause("2024-10-25", INTL_CONSOLE, Sourced::inferred(none, "RF24")),
    ])
}

/// natural days in one row, working days in its remark, for a bound that never bites.
pub(super) fn margin() -> Vec<Dated<RefundMargin>> {
    let of = |natural, working| RefundMargin { natural, working };
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::inferred(of(0, 0), "RF18")),
        clause(
            "2020-09-15",
            Scope::CN,
            Sourced::stated(of(15, 15), "RF20a"),
        ),
        clause(
            "2020-12-30",
            Scope::INTL,
            Sourced::stated(of(15, 15), "RF20c"),
        ),
        clause(
            "2021-04-19",
            Scope::CN,
            Sourced::inferred(of(0, 0), "RF21a"),
        ),
        clause(
            "2021-04-19",
            Scope::INTL,
            Sourced::stated(of(15, 15), "RF21i"),
        ),
        clause(
            "2024-10-25",
            Scope::INTL,
            Sourced::inferred(of(0, 0), "RF24"),
        ),
    ])
}
