//! The published duties of a CA, as data.

use alloc::vec::Vec;

use crate::model::{Offset, Timestamp};

use super::ca_duty::{
    CaDuties, GroundSet, ProofReuse, RevocationDuty, RevocationGround, ShortLived,
};
use super::published::day;
use super::source::Sourced;

/// The duties of the Baseline Requirements.
pub(super) fn duties() -> CaDuties {
    // A test checks that these tables pass; the fallback permits nothing.
    CaDuties::new(reuse(), revocation(), short_lived()).unwrap_or_else(|_| CaDuties::closed())
}

/// BR §1.6.4: a date means its first second, UTC.
fn midnight(text: &str) -> Timestamp {
    day(text).midnight(Offset::UTC)
}

/// BR §4.2.1, domain names and addresses. Methods with a period of their own are not in.
fn reuse() -> Vec<Sourced<ProofReuse>> {
    let limit = |from, max_days| ProofReuse { from, max_days };
    Vec::from([
        // 825 days are in force since 2018-03-01; what held before is older than every document here.
        Sourced::inferred(limit(Timestamp::MIN, 825), "BR"),
        Sourced::stated(limit(midnight("2021-10-01"), 398), "BR SC42"),
        Sourced::stated(limit(midnight("2026-03-15"), 200), "BR SC81"),
        Sourced::stated(limit(midnight("2027-03-15"), 100), "BR SC81"),
        Sourced::stated(limit(midnight("2029-03-15"), 10), "BR SC81"),
    ])
}

/// BR §4.9.1.1. That the clause of the report's day applies, and that five days are 120 hours, is how
/// the requirements are read.
fn revocation() -> Vec<Sourced<RevocationDuty>> {
    use RevocationGround as Ground;
    let urgent = |from, grounds: &[Ground]| RevocationDuty {
        from,
        grounds: GroundSet::of(grounds),
        must_hours: 24,
        should_hours: None,
    };
    let ordinary = |from, grounds: &[Ground]| RevocationDuty {
        from,
        grounds: GroundSet::of(grounds),
        must_hours: 5 * 24,
        should_hours: Some(24),
    };
    let tiers = midnight("2018-10-14");
    let reasons = midnight("2023-07-15");
    let first_tier = [
        Ground::SubscriberRequest,
        Ground::ReasonedRequest,
        Ground::NotAuthorized,
        Ground::KeyCompromise,
        Ground::DomainProofUnreliable,
    ];
    let second_tier = [
        Ground::KeyComputable,
        Ground::KeyParameters,
        Ground::Misuse,
        Ground::AgreementViolated,
        Ground::NameNotLawful,
        Ground::MisleadingWildcard,
        Ground::MaterialChange,
        Ground::MisIssued,
        Ground::Inaccurate,
        Ground::RightToIssueEnded,
        Ground::PolicyRequires,
        Ground::FlawedKeyMethod,
    ];
    let at_first = [
        Ground::SubscriberRequest,
        Ground::ReasonedRequest,
        Ground::NotAuthorized,
        Ground::KeyCompromise,
        Ground::KeyParameters,
        Ground::Misuse,
        Ground::AgreementViolated,
        Ground::NameNotLawful,
        Ground::MisleadingWildcard,
        Ground::MaterialChange,
        Ground::MisIssued,
        Ground::Inaccurate,
        Ground::RightToIssueEnded,
        Ground::PolicyRequires,
    ];
    Vec::from([
        // Ballot SC6 found 24 hours for every ground, and made two tiers of them.
        Sourced::stated(urgent(Timestamp::MIN, &at_first), "SC6"),
        Sourced::stated(urgent(tiers, &first_tier), "BR SC6"),
        Sourced::stated(ordinary(tiers, &second_tier), "BR SC6"),
        // A key that can be computed moved to the first tier at some day before this one.
        Sourced::inferred(urgent(reasons, &[Ground::KeyComputable]), "BR"),
        // From here on the first tier names a request "without specifying a CRLReason". One with a
        // reason is left to the CA's own policy (15).
        Sourced::inferred(ordinary(reasons, &[Ground::ReasonedRequest]), "BR SC61"),
    ])
}

/// BR §1.6.1.
fn short_lived() -> Vec<Sourced<ShortLived>> {
    let limit = |from, max_days| ShortLived { from, max_days };
    Vec::from([
        Sourced::stated(limit(midnight("2024-03-15"), 10), "BR"),
        Sourced::stated(limit(midnight("2026-03-15"), 7), "BR"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_duties_are_complete() {
        let duties = duties();
        let (reuse, revocation, short_lived) = (reuse(), revocation(), short_lived());
        let counts = (reuse.len(), revocation.len(), short_lived.len());
        assert_eq!(counts, (5, 5, 2));
        assert_eq!(CaDuties::new(reuse, revocation, short_lived), Ok(duties));
    }

    #[test]
    fn no_day_is_misspelt() {
        let latest = midnight("2029-12-31");
        assert!(duties().citations().all(|(from, _)| from < latest));
    }
}
