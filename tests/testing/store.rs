//! Each broken store is found out, and what it breaks is named.

use cert_lifecycle::testing::{Clause, SuiteReport, store_suite};

use super::broken_store::{BrokenStore, Fault};

fn examine(fault: Fault) -> SuiteReport {
    store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async move { Ok(BrokenStore::new(fault)) })
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
    no_expectation_is_checked: NoExpectations =>
        Versions, LastUnits, FreeNames, SameBeside, IdsForGood;
    versions_are_not_checked: NoVersions => Versions;
    units_are_not_checked: NoUnits => LastUnits;
    names_are_not_checked: NoNames => FreeNames;
    what_is_beside_is_not_checked: NoBeside => SameBeside;
    order_ids_are_not_checked: NoOrders => IdsForGood;
    order_ids_are_checked_only_if_somebody_asks: OrdersIfExpected => IdsForGood;
    only_orders_that_are_carried_now_are_taken: OrdersCarriedNow => IdsForGood;
    names_are_compared_without_case: NamesWithoutCase => FreeNames;
    names_are_found_without_case: FindsNamesWithoutCase => FreeNames;
    only_so_many_expectations_are_checked: FewExpectations => IdsForGood;
    keys_are_not_checked: NoKeys => Keys;
    the_last_expectation_is_named: LastExpectationNamed => FirstNamed;
    other_accounts_streams_are_written: WritesAbroad => ForeignStreams;
    units_are_checked_beforehand: UnitsBeforehand => LastUnits;
    names_are_checked_beforehand: NamesBeforehand => FreeNames;
    what_is_beside_is_checked_beforehand: BesideBeforehand => SameBeside;
    versions_are_checked_beforehand: VersionsBeforehand => Versions;
    half_a_batch_stays: HalfBatch => AllOrNothing;
    outbox_rows_are_written_although_there_is_a_conflict: OutboxAlthoughConflict => Outbox;
    outbox_rows_are_lost: OutboxLost => Outbox;
    a_dropped_commit_stays_by_half: HalfWhenDropped => Alone;
    a_call_acts_before_it_is_polled: BeforePolled => Alone;
    an_answer_comes_before_the_commit: AnsweredTooEarly => Durable;
    a_read_is_torn: TornRead => OneMoment;
    a_purchase_is_read_later: TornPurchase => OneMoment;
    a_chain_is_read_later: TornChain => OneMoment;
    sums_are_read_later: TornSums => OneMoment;
    a_record_is_read_later: TornRecord => OneMoment;
    loads_leak: LeaksLoads => Isolation;
    journals_leak: LeaksJournals => Isolation;
    lists_leak: LeaksLists => Isolation;
    a_part_of_a_read_is_missing: LacksTheChain => Reads;
    a_version_counts_wrong: WrongVersion => Reads, Replay;
    pages_of_a_journal_skip: JournalSkips => Journal, Paging;
    pages_of_a_list_skip: ListSkips => Paging;
    pages_of_the_outbox_skip: OutboxSkips => Paging;
    a_list_has_the_oldest_first: OldestFirst => ListOrder;
    a_suffix_is_found_anywhere: SuffixAnywhere => ListFilter;
    deleted_instances_are_counted: CountsDeleted => Counts;
    instances_of_all_accounts_are_counted: CountsAllAccounts => Isolation;
    plans_leak: LeaksPlans => Isolation;
    pages_of_plans_skip: PlansSkip => Paging;
    plans_come_the_oldest_first: PlansOldestFirst => Plans;
    plans_of_other_products_are_listed: PlansOfAllProducts => Plans;
    plans_are_listed_with_their_first_version: PlansAsBought => Reads;
    plans_move_when_they_change: PlansMove => Plans;
    purchases_leak: LeaksPurchases => Isolation;
    pages_of_purchases_skip: PurchasesSkip => Paging;
    purchases_come_the_oldest_first: PurchasesOldestFirst => Purchases;
    deleted_instances_are_shown: ShowsDeleted => ListFilter;
    too_many_records_are_forgotten: ForgetsTooMany => Forgetting;
    claims_are_not_exclusive: ClaimsShared => Claims;
    due_instances_come_in_any_order: DueAnyOrder => Due;
    whose_claim_is_void_reschedules: ReschedulesAnyClaim => Rescheduling;
    whose_version_is_the_same_reschedules: ReschedulesSameVersion => Rescheduling;
    a_list_shows_when_it_was_due_at_first: ListedAsFiled => Due, Rescheduling;
    an_entry_leaves_claims_as_they_are: EntryKeepsClaims => Rescheduling;
    a_stirring_leaves_claims_as_they_are: StirKeepsClaims => Rescheduling;
    attempts_are_taken_for_claims: AttemptsAreClaims => Attempts;
    leases_are_not_exclusive: LeasesShared => Leases;
    clocks_that_ran_ahead_hold_everything_up: NoHorizon => Leases, Claims;
    who_was_too_slow_counts: TooSlowCounts => Attempts;
    who_postponed_a_row_has_it_no_more: PostponeEndsClaim => Attempts;
    rows_posted_ahead_hold_themselves_up: HorizonForLeasesAlone => Leases;
    rows_that_were_laid_aside_are_leased: ParkedIsLeased => DeadLetters;
    rows_that_were_laid_aside_are_laid_aside_again: ParkedAnew => DeadLetters;
    rows_that_were_laid_aside_are_postponed: ParkedIsPostponed => DeadLetters;
    finished_rows_come_back: FinishedComesBack => Finished;
    places_are_used_again: PlacesUsedAgain => OutboxPlaces;
    calls_are_not_answered: Unavailable => Answers;
    calls_panic: Panics => Answers;
    calls_panic_before_there_is_a_future: PanicsBeforehand => Answers;
    calls_panic_in_other_threads: PanicsInThreads => Answers;
}

/// None of the seven numbers may be left out.
#[test]
fn a_number_of_what_is_beside_is_not_checked() {
    for number in 0..7 {
        let report = examine(Fault::BesideWithout(number));
        assert!(report.breaks(Clause::SameBeside), "{number}\n{report}");
    }
}

/// A report that is read by a person: what was expected, and what was seen instead.
#[test]
fn a_report_says_what_was_expected_and_seen() {
    let report = examine(Fault::NoUnits);
    assert!(!report.is_ok());
    let found = report.violations.iter();
    let mut of_units = found.filter(|found| found.clause == Clause::LastUnits);
    let found = of_units.next().unwrap();
    assert!(found.expected.contains("Remaining"), "{found}");
    assert_eq!(found.seen, "the batch was committed");
    assert!(found.to_string().contains("L5, no more units"), "{found}");
    let shown = report.to_string();
    assert!(shown.starts_with("Store: "), "{shown}");
}

/// What breaks a clause all over is shown three times, and counted.
#[test]
fn a_report_shows_the_first_breaches_of_a_clause() {
    let report = examine(Fault::Unavailable);
    let shown = report.to_string();
    for clause in Clause::ALL {
        let of_clause = report.violations.iter();
        let count = of_clause.filter(|one| one.clause == *clause).count();
        let word = format!("({clause:?}: ");
        assert_eq!(shown.matches(&word).count(), count.min(3), "{shown}");
        let more = format!("\nand {} more of {clause:?}: ", count.saturating_sub(3));
        assert_eq!(shown.contains(&more), count > 3, "{shown}");
    }
    assert!(report.violations.len() > 3, "{shown}");
}

#[test]
#[should_panic(expected = "LastUnits")]
fn a_report_stops_a_test() {
    examine(Fault::NoUnits).assert_ok();
}

/// One fault breaks what it breaks, and not much else: the report leads to the cause.
#[test]
fn findings_are_few_and_to_the_point() {
    for (fault, clause) in [
        (Fault::LastExpectationNamed, Clause::FirstNamed),
        (Fault::ForgetsTooMany, Clause::Forgetting),
        (Fault::ReschedulesAnyClaim, Clause::Rescheduling),
        (Fault::EntryKeepsClaims, Clause::Rescheduling),
        (Fault::StirKeepsClaims, Clause::Rescheduling),
        (Fault::BeforePolled, Clause::Alone),
        (Fault::PostponeEndsClaim, Clause::Attempts),
    ] {
        let report = examine(fault);
        let others = report.violations.iter().any(|found| found.clause != clause);
        assert!(!others && !report.is_ok(), "{fault:?}\n{report}");
    }
}
