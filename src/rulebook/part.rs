//! Standings by part: what of a value a document states, and what of it is ours.
//!
//! A value of several parts stands as firmly as its weakest part. Here is what that hides.

use super::edition::Field;
use super::source::Standing;

/// One part of a value, with a standing of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// The kind of value.
    pub field: Field,
    /// The first day of its clause.
    pub since: &'static str,
    /// The source that the part is about.
    pub source: &'static str,
    /// What the part says.
    pub text: &'static str,
    /// How firmly it stands.
    pub standing: Standing,
}

const fn part(
    field: Field,
    since: &'static str,
    source: &'static str,
    text: &'static str,
    standing: Standing,
) -> PartRecord {
    PartRecord {
        field,
        since,
        source,
        text,
        standing,
    }
}

/// The parts of the published values whose standings differ.
///
/// ```
/// use cert_lifecycle::rulebook::part::PARTS;
/// use cert_lifecycle::rulebook::{Field, Standing};
/// let mut of_s1 = PARTS.iter().filter(|one| (one.field, one.source) == (Field::Refund, "S1"));
/// assert!(of_s1.any(|one| one.standing == Standing::Stated && one.text.contains("30 days")));
/// ```
pub static PARTS: &[PartRecord] = &[
    part(
        Field::Refund,
        "2019-08-15",
        "S1",
        "the full payment comes back within 30 days of the issuance, and nothing after them",
        Standing::Stated,
    ),
    part(
        Field::Refund,
        "2019-08-15",
        "S1",
        "the act of the revocation that has to fall into them is the holder's request",
        Standing::Declared,
    ),
    part(
        Field::Refund,
        "2019-08-15",
        "C2",
        "the 30 days of S1 run to the end of the last one",
        Standing::Declared,
    ),
    part(
        Field::Refund,
        "2019-08-15",
        "RF18",
        "what was not issued is paid back at any time, where S1 is silent",
        Standing::Inferred,
    ),
    part(
        Field::PlanRefund,
        "2021-02-26",
        "S3",
        "an unused plan is paid back at any time",
        Standing::Stated,
    ),
    part(
        Field::PlanRefund,
        "2021-02-26",
        "S3",
        "a plan is unused while all its units are there, those that came back included",
        Standing::Declared,
    ),
    part(
        Field::ReviewTimes,
        "2021-02-26",
        "S3",
        "DV takes two hours, kept here as the same day; OV takes 2 to 5 working days",
        Standing::Stated,
    ),
    part(
        Field::ReviewTimes,
        "2021-02-26",
        "AP21a",
        "EV takes 3 to 5 working days by API too, where S3 is silent",
        Standing::Inferred,
    ),
    part(
        Field::RevocationTimes,
        "2021-02-05",
        "RV21a",
        "DV is revoked at once, kept here as the same day",
        Standing::Stated,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rulebook;
    use alloc::string::ToString;

    /// Each part is of a clause that there is, and none stands weaker than its clause does.
    #[test]
    fn every_part_is_of_a_clause() {
        let book = Rulebook::published();
        for one in PARTS {
            let clauses = book.parts().clauses(one.field);
            let fits = clauses.iter().any(|line| {
                let keys = line.sources.as_slice();
                line.from.to_string() == one.since
                    && keys.iter().any(|key| key.as_str() == one.source)
            });
            assert!(fits, "{one:?}");
        }
    }
}
