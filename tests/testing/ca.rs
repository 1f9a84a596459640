//! Each broken CA is found out, and what it breaks is named.

use std::sync::Arc;

use cert_lifecycle::adapter::local_ca::LocalCaConfig;
use cert_lifecycle::testing::{Clause, SuiteReport, ca_suite};

use super::broken_ca::{Away, BrokenCa, Fault};
use super::lab::Lab;

fn examine(fault: Fault) -> SuiteReport {
    ca_suite(&|future| pollster::block_on(future), || {
        Box::pin(async move {
            let config = LocalCaConfig::new(|_| 200);
            Ok(Lab::new(config, |local, zone| {
                Arc::new(BrokenCa::new(fault, local, zone))
            }))
        })
    })
}

/// A test for each fault, and a table of all of them.
macro_rules! caught {
    ($($test:ident: $fault:ident => $($clause:ident),+;)*) => {
        $(#[test]
        fn $test() {
            let report = examine(Fault::$fault);
            $(assert!(report.breaks(Clause::$clause), "{:?}\n{report}", Clause::$clause);)+
        })*

        pub(crate) const NAMED: &[Clause] = &[$($(Clause::$clause,)+)*];
    };
}

caught! {
    another_key_is_certified: WrongKey => Fitting;
    further_names_are_certified: WrongNames => Fitting;
    the_last_name_is_the_common_name: LastNameIsCommon => Fitting;
    an_order_is_issued_without_proof: NeedsNoProof => Proof;
    a_certificate_ends_too_late: TooLong => Fitting;
    a_second_certificate_is_handed_out: SecondCertificate => OneCertificate;
    the_root_is_in_the_chain: RootInChain => Chain;
    the_leaf_is_last: LeafLast => Chain;
    a_challenge_is_told_once: LosesChallenge => Polls;
    a_certificate_is_told_once: AnswersOnce => States;
    a_review_is_taken_back: GoesBack => States;
    requests_are_forgotten: ForgetsRequests => Repeats;
    repeats_are_refused: RefusesRepeats => Repeats;
    request_ids_are_not_compared: TakesAnyId => RequestIds;
    every_application_is_taken: TakesAnyApplication => Applications;
    what_was_refused_is_taken_when_it_comes_again: TakesRefusedAgain => Applications;
    a_second_request_for_an_order_is_called_reused: SecondRequestReused => Applications;
    orders_are_looked_at_before_request_ids: OrderBeforeId => RequestIds;
    unknown_orders_are_cancelled_ones: InventsOrders => UnknownOrders;
    what_is_issued_is_withdrawn: CancelsIssued => Cancellation;
    a_withdrawal_is_not_heard: CancelsNothing => Cancellation;
    a_withdrawn_order_comes_back: RevivesCancelled => States;
    any_serial_number_is_revoked: RevokesAnySerial => Revocation;
    nothing_is_revoked_and_called_done: RevokesWithoutCertificate => Revocation;
    a_revocation_is_not_heard: RevokesNothing => Revocation;
    a_reason_is_lost: LosesReason => Revocation;
    a_revoked_order_loses_its_certificate: RevokedIsCancelled => States, OneCertificate;
    a_revocation_is_dated_back: RevokedBefore => Revocation;
    a_revocation_is_dated_ahead: RevokedAhead => Revocation;
    a_refusal_does_not_say_what_it_refused: RefusalOfNow => Revocation;
    after_a_refusal_nothing_is_heard: RefusedForGood => Revocation;
    the_holder_is_said_to_have_revoked: OwnAccountIsHolder => Revocation;
    calls_panic: Panics => Answers;
}

#[test]
fn a_ca_that_is_away_is_reported() {
    let report = ca_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(Lab::new(LocalCaConfig::new(|_| 200), |_, _| Arc::new(Away))) })
    });
    assert!(report.breaks(Clause::Answers), "{report}");
    assert!(report.to_string().contains("stays unavailable"), "{report}");
}

/// One fault breaks what it breaks, and nothing else: the report leads to the cause.
#[test]
fn findings_are_to_the_point() {
    for (fault, clause) in [
        (Fault::TooLong, Clause::Fitting),
        (Fault::TakesAnyId, Clause::RequestIds),
        (Fault::LosesReason, Clause::Revocation),
    ] {
        let report = examine(fault);
        let others = report.violations.iter().any(|found| found.clause != clause);
        assert!(!others && !report.is_ok(), "{fault:?}\n{report}");
    }
}
