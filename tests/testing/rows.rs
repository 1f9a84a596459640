//! All broken rows are found out, and what they break is named.

use cert_lifecycle::testing::{Clause, rows_suite};

use super::broken_rows::{BrokenRows, Fault};

/// A test for each fault, and a table of all of them.
macro_rules! caught {
    ($($test:ident: $fault:ident => $clause:ident;)*) => {
        $(#[test]
        fn $test() {
            let report = rows_suite(&|future| pollster::block_on(future), || {
                Box::pin(async { Ok(BrokenRows::new(Fault::$fault)) })
            });
            assert!(report.breaks(Clause::$clause), "{:?}\n{report}", Clause::$clause);
        })*

        pub(crate) const NAMED: &[Clause] = &[$(Clause::$clause,)*];
    };
}

caught! {
    the_first_change_counts: FirstChangeCounts => RowsKept;
    what_is_gone_is_kept: KeepsWhatIsGone => RowsKept;
    empty_values_are_lost: LosesEmptyValues => RowsKept;
    long_values_are_cut: CutsLongValues => RowsKept;
    values_end_at_a_nul: EndsAtNul => RowsKept;
    keys_are_compared_without_case: KeysWithoutCase => RowsKept;
    rows_are_written_one_after_the_other: OneAfterTheOther => AllOrNothing;
    a_write_acts_before_it_is_polled: BeforePolled => Alone;
    a_write_is_answered_too_early: AnsweredTooEarly => Durable;
    a_prefix_is_a_pattern: PrefixIsAPattern => RowsFound;
    a_scan_has_any_order: AnyOrder => RowsFound;
    a_page_begins_with_the_last_row_of_the_one_before: AfterIsIncluded => Paging;
    a_page_has_too_many: TooMany => Paging;
    calls_are_not_answered: Unavailable => Answers;
}
