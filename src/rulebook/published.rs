//! The published rules, as data.
//!
//! Filled for three editions: `2019-08-intl` (S1), `2021-02-api` (S3) and `2023-api` (S4), and for
//! the one fact of 2025 (A25) that lets a pending order be cancelled in one step. Where a clause
//! fills an edition whose own document is silent, it is marked inferred or declared and says why.
//! Only the named editions are complete: between them lie clauses that are not entered yet.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::model::{Channel, Day, EditionKey, Site, Status, StatusSet, Timestamp};

use super::calendar::Calendar;
use super::ceilings::{Ceiling, Ceilings};
use super::edition::{EditionPoint, RulebookParts};
use super::schedule::{Dated, Scope};
use super::source::{SourceKey, SourceRecord, Sourced};
use super::value::{
    CarryOver, ClassSet, CommonNameRule, ConsumeAt, Consumption, CsrRule, DecisiveAct,
    ExponentRule, FileForWildcard, FreeLimit, HostingYears, LateHosting, MessageRule, Method,
    ModuleSet, NameLimit, NoticeRule, OperationSet, Permission, PlanRefundRule, RefundMargin,
    RefundRule, RefundTrigger, RenewalResult, ReturnAnchor, ReturnDays, ReviewTimes,
    RevocationLimit, ShownDays, SmallestFactor, TargetSet, TermRule, Trigger, Unused, UploadName,
    WeakKeyRule, WorkingDays,
};

/// A day of a clause, written as in the documents. Tests read every one of them back.
pub(super) fn day(text: &str) -> Day {
    let mut fields = text
        .split('-')
        .filter_map(|field| field.parse::<u16>().ok());
    let mut next = || fields.next().unwrap_or_default();
    let (year, month, number) = (next(), next(), next());
    let narrow = |field: u16| u8::try_from(field).unwrap_or_default();
    Day::new(i32::from(year), narrow(month), narrow(number))
        .unwrap_or(Day::from_date(time::Date::MAX))
}

fn clause<T>(from: &str, scope: Scope, value: Sourced<T>) -> Dated<T> {
    Dated {
        from: day(from),
        scope,
        value,
    }
}

/// The first day of the vendor's documentation repository; a clause that is older than every
/// document in hand begins here.
const BEGINNING: &str = "2018-06-07";

const S1: Scope = Scope::only(Site::Intl, Channel::Console);

/// The parts of the published rulebook.
pub(super) fn parts() -> RulebookParts {
    RulebookParts {
        calendar: Vec::from([clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(Calendar::default(), "C1 C2 C3 C4 C6 C7"),
        )]),
        notice: notice(),
        consumption: consumption(),
        return_days: return_days(),
        return_method: return_method(),
        return_act: return_act(),
        withdrawal: withdrawal(),
        order_deletion: order_deletion(),
        order_cancellation: order_cancellation(),
        revocation_limit: revocation_limit(),
        revocation_mail: revocation_mail(),
        dv_only: dv_only(),
        name_limit: name_limit(),
        file_for_wildcard: file_for_wildcard(),
        csr: csr(),
        weak_keys: weak_keys(),
        smallest_factor: smallest_factor(),
        rsa_exponent: rsa_exponent(),
        common_name: common_name(),
        term: term(),
        return_anchor: always(Sourced::inferred(ReturnAnchor::Issuance, "S1 S3")),
        applying: always(Sourced::inferred(
            StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]),
            "S0",
        )),
        verified_first: always(Sourced::inferred(
            ClassSet {
                dv: true,
                ov: true,
                ev: true,
            },
            "S3",
        )),
        closing: always(Sourced::inferred(Permission::Allowed, "S1")),
        merging: always(Sourced::inferred(ClassSet::NONE, "S1")),
        free_limit: always(Sourced::inferred(FreeLimit(None), "S1")),
        free_revocation: always(Sourced::inferred(Permission::Allowed, "S1")),
        hosting_years: always(Sourced::inferred(HostingYears::up_to(3), "S2")),
        hosting_trigger: always(Sourced::inferred(
            Trigger {
                days: 30,
                strict: false,
            },
            "S2",
        )),
        late_hosting: always(Sourced::inferred(LateHosting::Never, "S2")),
        hosting_of_uploaded: always(Sourced::inferred(Permission::Refused, "S2")),
        late_hosting_refund: always(Sourced::inferred(Permission::Refused, "S2")),
        hosted_revocation: always(Sourced::inferred(Permission::Allowed, "S2")),
        renewal: always(Sourced::inferred(
            StatusSet::of(&[Status::PendingExpiration]),
            "S1",
        )),
        renewal_of_uploaded: always(Sourced::inferred(StatusSet::EMPTY, "S1")),
        renewal_result: always(Sourced::inferred(RenewalResult::PendingApplication, "S1")),
        carry_over: always(Sourced::inferred(
            CarryOver {
                bought: true,
                uploaded: false,
            },
            "S1",
        )),
        deletion: always(Sourced::inferred(
            StatusSet::of(&[
                Status::Issued,
                Status::PendingExpiration,
                Status::Expired,
                Status::Revoked,
            ]),
            "S1",
        )),
        deletion_of_uploaded: always(Sourced::inferred(
            StatusSet::of(&[Status::Issued, Status::PendingExpiration, Status::Expired]),
            "S1",
        )),
        deletion_of_deployed: always(Sourced::inferred(Permission::Allowed, "S1")),
        download: always(Sourced::inferred(
            StatusSet::of(&[
                Status::Issued,
                Status::Hosted,
                Status::PendingExpiration,
                Status::Expired,
            ]),
            "S1",
        )),
        download_of_uploaded: always(Sourced::inferred(Permission::Refused, "S1")),
        deployment: always(Sourced::inferred(
            StatusSet::of(&[Status::Issued, Status::Hosted, Status::PendingExpiration]),
            "S1",
        )),
        targets: always(Sourced::stated(TargetSet::of("CDN SLB"), "S1")),
        upload_name: always(Sourced::inferred(
            UploadName {
                most_characters: 63,
                any_script: false,
            },
            "S1",
        )),
        refund: always(Sourced::inferred(RefundRule::default(), "S1")),
        refund_trigger: always(Sourced::inferred(RefundTrigger::OnClaim, "S1")),
        plan_refund: always(Sourced::inferred(
            PlanRefundRule {
                days: None,
                method: Method::EndOfDay,
                unused: Unused::LedgerFull,
            },
            "S3",
        )),
        messages: always(Sourced::inferred(MessageRule::default(), "S1")),
        refund_button: always(Sourced::inferred(ShownDays(None), "S1")),
        refund_margin: always(Sourced::inferred(
            RefundMargin {
                natural: 0,
                working: 0,
            },
            "S1",
        )),
        grace: always(Sourced::inferred(ShownDays(None), "S1")),
        review_times: always(Sourced::inferred(review_times(), "S3")),
        revocation_times: always(Sourced::inferred(review_times(), "S3")),
        modules: always(Sourced::inferred(ModuleSet::default(), "S1")),
        points: points(),
        ceilings: ceilings(),
        duties: super::published_duty::duties(),
        sources: sources(),
    }
}

/// A clause that has been there as long as the documents.
fn always<T>(value: Sourced<T>) -> Vec<Dated<T>> {
    Vec::from([clause(BEGINNING, Scope::ALL, value)])
}

fn review_times() -> ReviewTimes {
    ReviewTimes {
        dv: WorkingDays { least: 0, most: 0 },
        ov: WorkingDays { least: 2, most: 5 },
        ev: WorkingDays { least: 2, most: 5 },
    }
}

fn notice() -> Vec<Dated<NoticeRule>> {
    let thirty = NoticeRule { within_days: 30 };
    Vec::from([
        // "One month" in the Chinese pages of 2019; the English page S1 gives no number.
        clause(
            "2019-05-21",
            Scope::ALL,
            Sourced::inferred(thirty, "RN19b NT19"),
        ),
        clause("2021-02-26", Scope::ALL, Sourced::stated(thirty, "RN21b")),
    ])
}

fn consumption() -> Vec<Dated<Consumption>> {
    let on_issuance = Consumption {
        for_package: ConsumeAt::Issuance,
        request: ConsumeAt::Issuance,
        with_csr: ConsumeAt::Issuance,
    };
    Vec::from([
        // S1 is silent; the nearest statement is the console's, of 2021-01-28.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(on_issuance, "AP21a"),
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
                    request: ConsumeAt::Submission,
                    with_csr: ConsumeAt::Submission,
                    ..on_issuance
                },
                "S4 A24",
            ),
        ),
    ])
}

fn return_days() -> Vec<Dated<ReturnDays>> {
    Vec::from([
        // S1 speaks of money, not of quota; the unit is taken to follow it.
        clause("2019-08-15", S1, Sourced::inferred(ReturnDays(30), "S1")),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(ReturnDays(30), "S3 A21"),
        ),
        // RV23 and RV24 are help pages on revocation, not pages of the API. RV24 (2024-11) adds
        // that the bound domain must not have changed, which nothing here can do.
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::inferred(ReturnDays(28), "RV23 RV24"),
        ),
    ])
}

fn return_method() -> Vec<Dated<Method>> {
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

fn return_act() -> Vec<Dated<DecisiveAct>> {
    let completed = DecisiveAct::RevocationCompleted;
    Vec::from([
        // "if you revoke" is the holder's act. C5 would have the completion count, and the
        // neighbouring Chinese pages say so; S1 itself does not, and is read for the holder.
        clause(
            "2019-08-15",
            S1,
            Sourced::declared(DecisiveAct::RevocationRequested, "S1"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::declared(completed, "C5 S3"),
        ),
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::stated(completed, "RV23 RV24"),
        ),
    ])
}

fn withdrawal() -> Vec<Dated<StatusSet>> {
    let unproved = StatusSet::of(&[Status::DomainVerification]);
    let before_issuance = StatusSet::of(&[Status::DomainVerification, Status::Validating]);
    Vec::from([
        // S1 allows it until issuance. WD19, eleven days younger, says that an order under
        // review needs a ticket, and is taken for the practice of that time.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(unproved, "WD19")),
        clause(
            "2021-02-26",
            Scope::ALL,
            Sourced::stated(before_issuance, "S3 A21"),
        ),
    ])
}

fn order_deletion() -> Vec<Dated<StatusSet>> {
    let ended = StatusSet::of(&[Status::ValidationFailed, Status::PendingApplication]);
    Vec::from([
        // the pages of 2019 speak of certificates, not of orders.
        clause(BEGINNING, Scope::ALL, Sourced::declared(ended, "A21")),
        clause("2021-02-26", Scope::API, Sourced::stated(ended, "S3 A21")),
    ])
}

fn order_cancellation() -> Vec<Dated<StatusSet>> {
    let pending = StatusSet::of(&[Status::PendingApplication]);
    Vec::from([
        // until 2025-12 the operation is for issued certificates alone.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(StatusSet::EMPTY, "A21 A24"),
        ),
        // A25 says "pending order", which is read as the status of that name, for both sites.
        clause("2025-12-23", Scope::API, Sourced::inferred(pending, "A25")),
    ])
}

fn revocation_limit() -> Vec<Dated<RevocationLimit>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::stated(RevocationLimit::Unlimited, "DL19a"),
        ),
        clause(
            "2023-10-16",
            Scope::ALL,
            Sourced::stated(RevocationLimit::PerProduct, "RV23"),
        ),
    ])
}

fn revocation_mail() -> Vec<Dated<ClassSet>> {
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

fn dv_only() -> Vec<Dated<OperationSet>> {
    let operations = OperationSet {
        for_package: false,
        request: true,
        with_csr: true,
    };
    Vec::from([
        // The operations are of 2020; older editions are judged as if they had been there.
        clause(BEGINNING, Scope::ALL, Sourced::declared(operations, "A21")),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(operations, "S3 A21 S4"),
        ),
    ])
}

fn name_limit() -> Vec<Dated<NameLimit>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(NameLimit(5), "A21"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(NameLimit(5), "A21"),
        ),
    ])
}

fn file_for_wildcard() -> Vec<Dated<FileForWildcard>> {
    Vec::from([
        // The announcement of its end says that it was so before.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(FileForWildcard::Proves, "DV21"),
        ),
        clause(
            "2021-09-21",
            Scope::ALL,
            Sourced::stated(FileForWildcard::ProvesNot, "DV21"),
        ),
    ])
}

fn csr() -> Vec<Dated<CsrRule>> {
    let rule = CsrRule {
        rsa_min_bits: 2_048,
        rsa_step_bits: 8,
        p256: true,
        p384: true,
        p521: true,
        ed25519: false,
        hash_min_bits: 256,
    };
    // The vendor states RSA from 2048 bits, ECC and SHA-256; the curves are the Baseline
    // Requirements' (§6.1.5).
    Vec::from([clause(
        BEGINNING,
        Scope::ALL,
        Sourced::inferred(rule, "A21 BR"),
    )])
}

fn weak_keys() -> Vec<Dated<WeakKeyRule>> {
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

fn smallest_factor() -> Vec<Dated<SmallestFactor>> {
    // §6.1.6 advises it, with an odd modulus; here it is asked for, since whoever finds a factor has
    // the key.
    Vec::from([clause(
        BEGINNING,
        Scope::ALL,
        Sourced::declared(SmallestFactor(752), "BR"),
    )])
}

fn rsa_exponent() -> Vec<Dated<ExponentRule>> {
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

fn common_name() -> Vec<Dated<CommonNameRule>> {
    // The vendor is silent; the Baseline Requirements ask it of certificates (§7.1.4).
    Vec::from([clause(
        BEGINNING,
        Scope::ALL,
        Sourced::declared(CommonNameRule::AmongAltNames, "BR"),
    )])
}

fn term() -> Vec<Dated<TermRule>> {
    let year = TermRule { days: 365 };
    Vec::from([
        // One and two years were sold; one is the product here.
        clause(BEGINNING, Scope::ALL, Sourced::declared(year, "RN19b")),
        // A later free product runs for three months; it is asked for with a year too, and the CA
        // decides.
        clause("2020-08-20", Scope::ALL, Sourced::stated(year, "VL20")),
    ])
}

fn points() -> Vec<EditionPoint> {
    let rows = [
        ("2019-08-intl", "2019-08-15", Site::Intl, Channel::Console),
        ("2021-02-api", "2021-02-26", Site::Cn, Channel::Api),
        ("2023-api", "2023-10-16", Site::Intl, Channel::Api),
        ("2025-12-api", "2025-12-23", Site::Intl, Channel::Api),
    ];
    rows.into_iter()
        .filter_map(|(key, from, site, channel)| {
            Some(EditionPoint {
                key: EditionKey::new(key).ok()?,
                day: day(from),
                site,
                channel,
            })
        })
        .collect()
}

fn ceilings() -> Ceilings {
    let utc_midnight = |text: &str| day(text).midnight(crate::model::Offset::UTC);
    let entry = |from, max_days, advised_days, sources| {
        Sourced::stated(
            Ceiling {
                from,
                max_days,
                advised_days,
            },
            sources,
        )
    };
    let entries = Vec::from([
        entry(Timestamp::MIN, 825, 825, "VL20"),
        entry(utc_midnight("2020-09-01"), 398, 397, "BR VL20"),
        entry(utc_midnight("2026-03-15"), 200, 199, "BR"),
        entry(utc_midnight("2027-03-15"), 100, 99, "BR"),
        entry(utc_midnight("2029-03-15"), 47, 46, "BR"),
    ]);
    // A test checks that this table is complete; the fallback permits nothing.
    Ceilings::new(entries).unwrap_or_else(|_| Ceilings::closed())
}

fn sources() -> Vec<SourceRecord> {
    SOURCES
        .iter()
        .filter_map(|(key, date, title)| {
            Some(SourceRecord {
                key: SourceKey::new(key).ok()?,
                title: (*title).to_string(),
                date: (*date).to_string(),
            })
        })
        .collect()
}

/// Key, date, title.
const SOURCES: &[(&str, &str, &str)] = &[
    (
        "S0",
        "undated, 2020-11 to 2021-02",
        "console overview, English",
    ),
    (
        "S1",
        "2019-08-15",
        "User Guide: Overview, English, international site",
    ),
    (
        "S2",
        "undated, 2022 or 2023",
        "Enable certificate hosting, English",
    ),
    (
        "S3",
        "2021-02-26",
        "the flow of applying for a certificate by API, Chinese (API 2020-04-07)",
    ),
    (
        "S4",
        "undated, 2022-11 to 2024",
        "CreateCertificateWithCsrRequest, English (API 2020-04-07)",
    ),
    (
        "A18",
        "2019-07 to 2021-04",
        "API 2018-07-13, pages of the operations",
    ),
    (
        "A20",
        "2020-12-31",
        "API 2020-04-07, pages of the operations",
    ),
    (
        "A21",
        "2021-02-26",
        "API 2020-04-07, pages of the operations",
    ),
    (
        "A24",
        "2024-06 to 2024-12",
        "API 2020-04-07, pages of the operations, English",
    ),
    (
        "A25",
        "2025-12-23",
        "API 2020-04-07, new summary of CancelCertificateForPackageRequest",
    ),
    (
        "AP21a",
        "2021-01-28",
        "submitting a certificate application",
    ),
    (
        "BR",
        "2026-05-04",
        "CA/Browser Forum TLS Baseline Requirements",
    ),
    (
        "DL19a",
        "2019-04-08",
        "questions about deleting certificates",
    ),
    (
        "DV21",
        "2021-05-20",
        "announcement: file validation of wildcards ends on 2021-09-21",
    ),
    (
        "NT19",
        "2019-08-26",
        "how to receive a notice that a certificate expires",
    ),
    ("RN19b", "2019-05-21", "renewal upon expiration"),
    (
        "RN21b",
        "2021-01-22 to 2021-02-26",
        "renewal and update upon expiration (manual)",
    ),
    ("RV19a", "2019-02-27", "revoking certificates"),
    ("RV20a", "2020-09-15", "revoking certificates"),
    ("RV21a", "2021-02-05", "revoking SSL certificates"),
    (
        "RV21b",
        "2021-04-22",
        "revoking SSL certificates, with a limit of their number",
    ),
    (
        "RV23",
        "2023-10-16",
        "help page on revocation: 28 days, revocations per specification",
    ),
    (
        "RV24",
        "2024-11-27",
        "help page on revocation, with a worked example",
    ),
    (
        "SC6",
        "2018-09-14",
        "CA/Browser Forum ballot SC6: 24 hours or 5 days to revoke, from 2018-10-14",
    ),
    (
        "SC42",
        "2021-04-22",
        "CA/Browser Forum ballot SC42: proofs of domains for 398 days, from 2021-10-01",
    ),
    (
        "SC61",
        "2023-04-01",
        "CA/Browser Forum ballot SC61: a reason for every revocation, from 2023-07-15",
    ),
    (
        "SC81",
        "2025-04-11",
        "CA/Browser Forum ballot SC81: shorter validity and reuse of proofs, from 2026-03-15",
    ),
    (
        "VL20",
        "2020-08 to 2020-09",
        "announcements of shorter validity",
    ),
    (
        "WD19",
        "2019-08-26",
        "errors after withdrawing an application",
    ),
    ("C1", "", "our choice: days are taken at +08:00"),
    (
        "C2",
        "",
        "our choice: a window runs to the end of its last day",
    ),
    (
        "C3",
        "",
        "our choice: remaining days are a difference of dates",
    ),
    (
        "C4",
        "",
        "our choice: expired from the second after the last (RFC 5280)",
    ),
    (
        "C5",
        "",
        "our choice: a revocation counts when it is completed",
    ),
    (
        "C6",
        "",
        "our choice: working days are Monday to Friday less holidays, as advice",
    ),
    (
        "C7",
        "",
        "our choice: a year after 29 February is 28 February",
    ),
    (
        "C8",
        "",
        "the CA's limits: 86,400-second days, both ends counted (BR 6.3.2)",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn no_day_of_a_clause_is_misspelt() {
        let latest = day("2029-12-31");
        let parts = parts();
        assert!(parts.citations().iter().all(|(_, from, _)| *from < latest));
        assert!(parts.points.iter().all(|point| point.day < latest));
        assert_eq!(parts.points.len(), 4);
        assert_eq!(day("2021-02-26").to_string(), "2021-02-26");
    }

    #[test]
    fn the_ceilings_are_complete() {
        let ceilings = ceilings();
        assert_eq!(ceilings.entries().len(), 5);
        assert!(Ceilings::new(ceilings.entries().to_vec()).is_ok());
    }

    #[test]
    fn every_source_is_kept() {
        assert_eq!(sources().len(), SOURCES.len());
    }
}
