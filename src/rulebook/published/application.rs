//! Applying for a certificate, and ending an application (3.12, 3.13, 3.16; T-03 to T-15).

use alloc::vec::Vec;

use super::{A24_DAY, BEGINNING, CN_CONSOLE, INTL_CONSOLE, V2_BEGINNING, clause};
use crate::model::{Status, StatusSet};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{
    BarredNames, ClassSet, CommonNameRule, CsrRule, FileForWildcard, FreeLimit, NameLimit,
    OperationSet, Permission, ReviewTimes, TermRule, WorkingDays,
};

pub(super) fn applying() -> Vec<Dated<StatusSet>> {
    let pending = StatusSet::of(&[Status::PendingApplication]);
    let again = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
    Vec::from([
        clause(BEGINNING, Scope::CONSOLE, Sourced::inferred(again, "S0")),
        clause("2021-01-22", INTL_CONSOLE, Sourced::stated(again, "S0")),
        // by API a failed order is deleted and another one created (T-10).
        clause(BEGINNING, Scope::API, Sourced::inferred(pending, "S3 A21")),
        // Both say so of the failed; that a withdrawn order can be applied with again is read from the
        // name of its status, and no operation for it is printed.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::inferred(pending, "S3 A21"),
        ),
        // A failed instance is inactive again, with the CA's answer as a text.
        clause(BEGINNING, Scope::API_V2, Sourced::inferred(again, "SDK")),
    ])
}

pub(super) fn verified_first() -> Vec<Dated<ClassSet>> {
    Vec::from([
        // T-03: on the console OV and EV go to the CA at once, which asks for the domain by mail.
        clause(
            BEGINNING,
            Scope::CONSOLE,
            Sourced::inferred(ClassSet::DV, "AP21a S0"),
        ),
        clause(
            "2021-01-28",
            Scope::CONSOLE,
            Sourced::stated(ClassSet::DV, "AP21a"),
        ),
        // T-04: every order of the API begins with the domain.
        clause(
            BEGINNING,
            Scope::API,
            Sourced::inferred(ClassSet::ALL, "S3"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(ClassSet::ALL, "S3 S4"),
        ),
        // Whether "pending" splits into proof and review is not said.
        clause(
            BEGINNING,
            Scope::API_V2,
            Sourced::declared(ClassSet::ALL, "SDK"),
        ),
    ])
}

pub(super) fn withdrawal() -> Vec<Dated<StatusSet>> {
    let unproved = StatusSet::of(&[Status::DomainVerification]);
    let before_issuance = StatusSet::of(&[Status::DomainVerification, Status::Validating]);
    Vec::from([
        // S1 allows it until issuance. WD19, eleven days younger, says that an order under
        // review needs a ticket, and is taken for the practice of that time.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(unproved, "WD19")),
        clause("2019-08-26", Scope::ALL, Sourced::stated(unproved, "WD19")),
        // "Issued ones cannot be cancelled": everything before can, and no page of this time says
        // otherwise.
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::inferred(before_issuance, "S0"),
        ),
        // Pages of the API; that the other channels follow them is inferred.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(before_issuance, "S3 A21"),
        ),
        clause(
            "2021-02-26",
            Scope::CONSOLE,
            Sourced::inferred(before_issuance, "S3 A21"),
        ),
        clause(
            "2021-02-26",
            Scope::API_V2,
            Sourced::inferred(before_issuance, "S3 A21"),
        ),
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::stated(before_issuance, "SDK"),
        ),
    ])
}

pub(super) fn order_deletion() -> Vec<Dated<StatusSet>> {
    let ended = StatusSet::of(&[Status::ValidationFailed, Status::PendingApplication]);
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::declared(ended, "A21")),
        // the console's page speaks of certificates: what is paid, in review or failed stays.
        clause(
            "2019-09-03",
            Scope::CONSOLE,
            Sourced::stated(StatusSet::EMPTY, "DL19b"),
        ),
        clause("2021-02-26", Scope::API, Sourced::stated(ended, "S3 A21")),
        // Instances are deleted as certificates are; unused ones are paid back instead.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::declared(StatusSet::EMPTY, "SDK"),
        ),
    ])
}

pub(super) fn order_cancellation() -> Vec<Dated<StatusSet>> {
    let pending = StatusSet::of(&[Status::PendingApplication]);
    let unissued = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
    Vec::from([
        // until 2025-12 the API's operation is for issued certificates alone.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(StatusSet::EMPTY, "A21"),
        ),
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(StatusSet::EMPTY, "A21"),
        ),
        clause(
            A24_DAY,
            Scope::API,
            Sourced::stated(StatusSet::EMPTY, "A24"),
        ),
        // The package page gives a unit back "when issuance fails" and "when cancelled by hand".
        // Since a failed slot can be applied with again, both are its owner's cancelling.
        clause(
            "2020-12-31",
            Scope::CONSOLE,
            Sourced::inferred(unissued, "HS21a"),
        ),
        // T-15: a slot drawn from a plan is cancelled on the console before issuance; that a failed
        // one may be is the package page's.
        clause(
            "2021-01-28",
            Scope::CONSOLE,
            Sourced::inferred(unissued, "AP21a AP21c HS21a"),
        ),
        // A25 says "pending order", which is read as the status of that name, for both sites.
        clause("2025-12-23", Scope::API, Sourced::inferred(pending, "A25")),
    ])
}

pub(super) fn dv_only() -> Vec<Dated<OperationSet>> {
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

pub(super) fn name_limit() -> Vec<Dated<NameLimit>> {
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
        // Of a quick purchase, whose page is taken to be as old as its hosting (HS21d).
        clause(
            "2021-06-15",
            CN_CONSOLE,
            Sourced::stated(NameLimit(250), "QP21"),
        ),
        // A list apart by commas, without a number.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::declared(NameLimit(250), "SDK QP21"),
        ),
    ])
}

pub(super) fn file_for_wildcard() -> Vec<Dated<FileForWildcard>> {
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

pub(super) fn barred_names() -> Vec<Dated<BarredNames>> {
    Vec::from([
        // No older page of the console and no page of the API speaks of them.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(BarredNames::default(), "AP20"),
        ),
        // Read to the letter, as top-level domains: of second-level ones such as gov.cn it does not
        // speak. No later page takes it back.
        clause(
            "2020-09-15",
            Scope::CONSOLE,
            Sourced::stated(BarredNames::of("jp", "gov edu"), "AP20"),
        ),
    ])
}

pub(super) fn csr() -> Vec<Dated<CsrRule>> {
    let rule = CsrRule {
        rsa_min_bits: 2_048,
        rsa_max_bits: None,
        rsa_step_bits: 8,
        p256: true,
        p384: true,
        p521: true,
        ed25519: false,
        hash_min_bits: 256,
    };
    Vec::from([
        // The vendor states RSA from 2048 bits, ECC and SHA-256; the curves are the Baseline
        // Requirements' (§6.1.5).
        clause(BEGINNING, Scope::ALL, Sourced::inferred(rule, "A21 BR")),
        // RSA_2048, RSA_3072, RSA_4096 and ECC_256 are all its words; SM2 is not read here.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::inferred(
                CsrRule {
                    rsa_max_bits: Some(4_096),
                    rsa_step_bits: 1_024,
                    p384: false,
                    p521: false,
                    ..rule
                },
                "SDK",
            ),
        ),
    ])
}

pub(super) fn common_name() -> Vec<Dated<CommonNameRule>> {
    // The vendor is silent; the Baseline Requirements ask it of certificates (§7.1.4).
    Vec::from([clause(
        BEGINNING,
        Scope::ALL,
        Sourced::declared(CommonNameRule::AmongAltNames, "BR"),
    )])
}

pub(super) fn term() -> Vec<Dated<TermRule>> {
    let year = TermRule { days: 365 };
    Vec::from([
        // One and two years were sold; one is the product here.
        clause(BEGINNING, Scope::ALL, Sourced::declared(year, "RN19b")),
        // A later free product runs for three months; it is asked for with a year too, and the CA
        // decides.
        clause("2020-08-20", Scope::ALL, Sourced::stated(year, "VL20")),
    ])
}

pub(super) fn closing() -> Vec<Dated<Permission>> {
    let (allowed, refused) = (Permission::Allowed, Permission::Refused);
    Vec::from([
        // T-43: a closed slot is in the list of states until 2019-03-07, and in a FAQ after it; no
        // page says when closing ended.
        clause(
            BEGINNING,
            Scope::CONSOLE,
            Sourced::inferred(allowed, "CL18"),
        ),
        clause(
            "2019-06-20",
            Scope::CONSOLE,
            Sourced::stated(allowed, "FA19a"),
        ),
        // No operation closes.
        clause(BEGINNING, Scope::API, Sourced::inferred(refused, "A21")),
        clause(BEGINNING, Scope::API_V2, Sourced::inferred(refused, "SDK")),
    ])
}

pub(super) fn merging() -> Vec<Dated<ClassSet>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(ClassSet::NONE, "MG21"),
        ),
        clause(
            "2021-06-08",
            CN_CONSOLE,
            Sourced::stated(ClassSet::OV_AND_EV, "MG21"),
        ),
        // The English page on refunds knows merged certificates.
        clause(
            "2024-10-25",
            INTL_CONSOLE,
            Sourced::inferred(ClassSet::OV_AND_EV, "RF24 MG21"),
        ),
    ])
}

pub(super) fn free_limit() -> Vec<Dated<FreeLimit>> {
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(FreeLimit(None), "FR21"),
        ),
        // For each verified person or company of the China site.
        clause(
            "2021-01-01",
            Scope::CN,
            Sourced::stated(FreeLimit(Some(20)), "FR21"),
        ),
    ])
}

/// every page has its own spans. Minutes and hours are the same day.
pub(super) fn review_times() -> Vec<Dated<ReviewTimes>> {
    let times = |ov: [u16; 2], ev: [u16; 2]| {
        let span = |[least, most]: [u16; 2]| WorkingDays { least, most };
        ReviewTimes {
            dv: span([0, 0]),
            ov: span(ov),
            ev: span(ev),
        }
    };
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(times([3, 7], [3, 7]), "RT19a"),
        ),
        clause(
            "2019-05-05",
            Scope::ALL,
            Sourced::stated(times([3, 7], [3, 7]), "RT19a"),
        ),
        // An English page of 2019; its day is taken to be that of S1.
        clause(
            "2019-08-15",
            Scope::INTL,
            Sourced::stated(times([0, 5], [0, 7]), "RT19b"),
        ),
        clause(
            "2021-01-28",
            Scope::CONSOLE,
            Sourced::stated(times([3, 5], [3, 5]), "AP21a"),
        ),
        // S3 is silent on EV.
        clause(
            "2021-02-26",
            Scope::API,
            Sourced::stated(times([2, 5], [3, 5]), "S3 AP21a"),
        ),
    ])
}
