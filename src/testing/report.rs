//! What a suite found: the checks that it ran, and each breach with the clause that it breaks.

use core::fmt;
use std::string::String;
use std::vec::Vec;

/// Declares the clauses: name, law, sentence.
macro_rules! clauses {
    ($($name:ident, $law:expr, $sentence:literal;)*) => {
        /// A clause of a contract that a suite checks.
        ///
        /// ```
        /// use cert_lifecycle::testing::Clause;
        /// assert_eq!(Clause::Isolation.law(), Some("L12"));
        /// assert!(Clause::AllOrNothing.to_string().contains("all or nothing"));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Clause {
            $(#[doc = concat!("In words: ", $sentence, ".")] $name,)*
        }

        impl Clause {
            /// Every clause.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it asks for, in a sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)*
                }
            }

            /// The law that stands behind it, where one does.
            #[must_use]
            pub const fn law(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $law,)*
                }
            }
        }
    };
}

clauses! {
    Answers, None, "a call that is in order is answered, and nothing panics";
    Reads, None, "a read finds what its read set names, as it was committed";
    OneMoment, None, "a read sees one moment: no commit falls in between";
    Replay, Some("L3"), "a state is the fold of its journal, and its version counts the events";
    Isolation, Some("L12"), "what belongs to another account is not there";
    AllOrNothing, None, "a batch is written all or nothing";
    FirstNamed, None, "a conflict names the first expectation that does not hold";
    IdsForGood, Some("L8"), "ids are taken for good, and across accounts";
    ForeignStreams, Some("L12"), "an event for another account's stream is a conflict";
    Versions, None, "a stream has the version that is expected, or the batch is a conflict";
    LastUnits, Some("L5"), "no more units are given than a plan has left";
    FreeNames, None, "a name of an uploaded certificate is free, or the batch is a conflict";
    SameBeside, None, "what an account has beside is as it was read, or the batch is a conflict";
    Keys, Some("L11"), "a key is recorded once, and its record is read back";
    Forgetting, None, "records from before an instant are forgotten, the oldest first, at most so many";
    Journal, None, "a journal has the events behind a version, in order, at most so many";
    ListOrder, None, "a list has the newest first, and each instance one place for its life";
    ListFilter, None, "a list has what its filter asks for, and deleted instances only when asked";
    Counts, None, "as many instances are counted as are listed";
    Plans, None, "the plans of an account are listed, of one product or of all, the newest first, each in one place for its life";
    Purchases, None, "the purchases of an account are listed, the newest first, each in one place for its life";
    Paging, None, "pages one after the other have every row once";
    Due, None, "an instance is due from its instant on, the longest due first";
    Claims, None, "what is claimed is not handed out again until its claim ends";
    Rescheduling, None, "who says when to look again says so once, and only while nobody else has had a say since his claim";
    Outbox, None, "the rows of a batch are in the outbox if and only if the batch was committed";
    OutboxPlaces, None, "a place in the outbox is greater than those before it and never used again";
    Leases, None, "a row is leased from its instant on, the longest due first, to one worker";
    Attempts, None, "each lease counts as an attempt, and who was too slow changes nothing";
    DeadLetters, None, "a row that was laid aside waits until a person retries it";
    Finished, None, "a row that is finished is gone for good";
    Alone, None, "a call does nothing before it is polled, and nothing by half";
    Durable, None, "what was answered is there for every handle";
    RowsKept, None, "a row is what was written last under its key, to the byte";
    RowsFound, None, "a scan has the rows below a prefix, in the order of their keys";
    Repeats, Some("L11"), "a repeat of a request to the CA is answered as before and changes nothing";
    RequestIds, None, "a request id that was used for something else is refused as such";
    UnknownOrders, None, "an order that the CA does not have is unknown to it";
    Applications, None, "an application that is not acceptable as it stands is refused";
    Proof, None, "nothing is reviewed or issued before the domain is proven";
    States, None, "an order goes from proof to review to its end, and stays there";
    Polls, None, "an answer of the CA is complete, and reading it changes nothing";
    OneCertificate, None, "an order that was issued has the same certificate for good";
    Fitting, None, "a certificate has the key and exactly the names of its order, the first as common name, and ends in time";
    Chain, None, "a certificate comes with its issuers, the leaf first, without the root";
    Cancellation, None, "a withdrawn order ends as such, and what is decided is left as it is";
    Revocation, None, "a certificate is revoked by its serial number, for good, as was asked for";
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(law) = self.law() {
            write!(f, "{law}, ")?;
        }
        f.write_str(self.sentence())
    }
}

/// A breach of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The check that found it.
    pub check: &'static str,
    /// What it breaks.
    pub clause: Clause,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({:?}: {})\n  expected: {}\n  seen:     {}",
            self.check, self.clause, self.clause, self.expected, self.seen
        )
    }
}

/// A check that could not be examined, or not all of it: what it is about could not be brought about
/// with what the suite was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The check.
    pub check: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  skipped:  {}", self.check, self.reason)
    }
}

/// What a suite found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a report that nobody reads finds nothing"]
pub struct SuiteReport {
    /// What was examined.
    pub subject: &'static str,
    /// The checks that ran, in order.
    pub checks: Vec<&'static str>,
    /// The checks that were not asked for
    /// ([`SuiteOptions::only`](super::SuiteOptions::only)), in order.
    pub left_out: Vec<&'static str>,
    /// What they found, at most a few for each check.
    pub violations: Vec<Violation>,
    /// Those of them that could not be examined, or not wholly: of these, that nothing was found
    /// means nothing.
    pub skipped: Vec<Skipped>,
}

impl SuiteReport {
    /// Whether something was examined, and nothing was found in what could be.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.violations.is_empty() && !self.checks.is_empty()
    }

    /// Whether a breach of a clause was found.
    #[must_use]
    pub fn breaks(&self, clause: Clause) -> bool {
        self.violations.iter().any(|found| found.clause == clause)
    }

    /// For tests: goes on if nothing was found, and else shows it, of each clause the first breaches.
    /// Where nothing was examined, it shows the names of the checks.
    ///
    /// It passes over what could not be examined. A test that should keep its strength says as well
    /// what that may be: `assert!(report.skipped.is_empty())`, or the checks that it does without.
    ///
    /// # Panics
    /// If anything was found, or nothing was examined.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.is_ok(), "{self}");
    }
}

/// So many breaches of a clause are printed; [`SuiteReport::violations`] has all.
const SHOWN_OF_A_CLAUSE: usize = 3;

impl fmt::Display for SuiteReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (checks, found) = (self.checks.len(), self.violations.len());
        write!(f, "{}: {checks} checks, {found} violations", self.subject)?;
        if !self.skipped.is_empty() {
            write!(f, ", {} skipped", self.skipped.len())?;
        }
        if self.checks.is_empty() {
            f.write_str("\nnothing was examined: no check was asked for by its name; there are")?;
            let mut names = self.left_out.iter();
            names.try_for_each(|name| write!(f, "\n  {name}"))?;
        }
        // What breaks one clause breaks it in many checks: the first ones tell.
        for (place, violation) in self.violations.iter().enumerate() {
            let before = self.violations.iter().take(place);
            let told = before.filter(|one| one.clause == violation.clause);
            if told.count() < SHOWN_OF_A_CLAUSE {
                write!(f, "\n{violation}")?;
            }
        }
        for clause in Clause::ALL {
            let found = self.violations.iter().filter(|one| one.clause == *clause);
            let more = found.count().saturating_sub(SHOWN_OF_A_CLAUSE);
            if more > 0 {
                write!(f, "\nand {more} more of {clause:?}: {clause}")?;
            }
        }
        let mut skipped = self.skipped.iter();
        skipped.try_for_each(|skipped| write!(f, "\n{skipped}"))
    }
}
