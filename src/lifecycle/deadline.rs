//! What the CA/Browser Forum gives a CA time for: until when it revokes, and until when it may use
//! the proof of a domain again.
//!
//! Both are questions; no command depends on them, since they bind the CA and not the holder.

use core::fmt;

use crate::model::Timestamp;
use crate::model::time::SECONDS_PER_DAY;
use crate::rulebook::{
    CaDuties, ProofReuse, RevocationDuty, RevocationGround, RuleId, Sourced, Window,
};

/// Until when a CA has to revoke (K-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline<'a> {
    /// Why.
    pub ground: RevocationGround,
    /// When the CA learned of it.
    pub reported_at: Timestamp,
    /// It SHALL be revoked at this second at the latest.
    pub must_by: Timestamp,
    /// It SHOULD be revoked at this second at the latest, where that is earlier.
    pub should_by: Option<Timestamp>,
    /// The rule.
    pub rule: RuleId,
    /// The entry of the rulebook, with its sources and standing.
    pub basis: &'a Sourced<RevocationDuty>,
}

impl Deadline<'_> {
    /// The instants at which a revocation is in time: from the report to the last second.
    #[must_use]
    pub const fn window(&self) -> Window {
        last_included(self.reported_at, hours(self.basis.value.must_hours))
    }
}

impl fmt::Display for Deadline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The CA must revoke by {}", self.must_by)?;
        if let Some(should_by) = self.should_by {
            write!(f, ", and should by {should_by}")?;
        }
        let (sources, standing) = (&self.basis.sources, self.basis.standing.word());
        write!(f, ". Rule {} [{sources}, {standing}", self.rule)?;
        match self.ground.number() {
            Some(number) => write!(f, "; BR 4.9.1.1 no. {number}]."),
            None => f.write_str("; BR 4.9.1.1]."),
        }
    }
}

/// Until when a CA has to revoke on a ground that was reported at an instant (K-20). Hours roll on
/// from the second of the report, in no calendar.
///
/// Without a reason, or for a compromised key, it is 24 hours; a request with another reason is taken
/// for one that the CA's policy covers: 5 days at most, and 24 hours as advice. Reports before the
/// Forum's ballot SC6 (2018-10-14) have 24 hours throughout. Short-lived certificates need no
/// revocation: ask [`CaDuties::is_short_lived`] first.
///
/// None where the requirements of that day did not know the ground.
///
/// ```
/// use cert_lifecycle::lifecycle::revocation_deadline;
/// use cert_lifecycle::model::RevocationReason;
/// use cert_lifecycle::rulebook::{RevocationGround, Rulebook};
///
/// let book = Rulebook::published();
/// let reported = "2026-05-01T10:00:00Z".parse()?;
/// let asked = revocation_deadline(RevocationReason::Superseded, reported, book.duties());
/// assert_eq!(
///     asked.map(|deadline| deadline.to_string()).as_deref(),
///     Some(
///         "The CA must revoke by 2026-05-06T10:00:00Z, and should by 2026-05-02T10:00:00Z. \
///          Rule K-20 [BR, SC61, inferred; BR 4.9.1.1]."
///     )
/// );
/// // The same reason, but the proof of the domain can't be relied upon.
/// let ground = RevocationGround::DomainProofUnreliable;
/// let found = revocation_deadline(ground, reported, book.duties()).ok_or("no duty")?;
/// assert_eq!(found.must_by.to_string(), "2026-05-02T10:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn revocation_deadline(
    ground: impl Into<RevocationGround>,
    reported_at: Timestamp,
    duties: &CaDuties,
) -> Option<Deadline<'_>> {
    let ground = ground.into();
    let basis = duties.revocation_at(ground, reported_at)?;
    let after = |count| reported_at.saturating_add(hours(count));
    Some(Deadline {
        ground,
        reported_at,
        must_by: after(basis.value.must_hours),
        should_by: basis.value.should_hours.map(after),
        rule: RuleId::K20,
        basis,
    })
}

/// Until when a proof of a domain holds for a certificate of some date (K-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofLimit<'a> {
    /// The last second at which a certificate may be issued on this proof, by the days of the entry.
    pub valid_until: Timestamp,
    /// The rule.
    pub rule: RuleId,
    /// The entry of the rulebook, with its sources and standing.
    pub basis: &'a Sourced<ProofReuse>,
}

/// Until when a proof of a domain holds under the rule for certificates issued at an instant (K-21);
/// the certificate may be issued if that is not over. A day is 86,400 seconds.
///
/// What holds under the rule of one date may not under the next: [`domain_proof_window`] looks at all
/// of them.
///
/// None before the proof, or if the table were empty.
#[must_use]
pub fn domain_proof_valid_until(
    proved_at: Timestamp,
    issuance: Timestamp,
    duties: &CaDuties,
) -> Option<ProofLimit<'_>> {
    if issuance < proved_at {
        return None;
    }
    let basis = duties.reuse_at(issuance)?;
    Some(ProofLimit {
        valid_until: proved_at.saturating_add(days(basis.value.max_days)),
        rule: RuleId::K21,
        basis,
    })
}

/// The instants at which a certificate may be issued on a proof of its domain (K-21), over all dates
/// at which the rule changes.
///
/// ```
/// use cert_lifecycle::lifecycle::domain_proof_window;
/// use cert_lifecycle::rulebook::{Rulebook, Window};
///
/// let book = Rulebook::published();
/// // 200 days from the proof, were it not for the 100 days from 2027-03-15 on.
/// let proved = "2026-12-01T00:00:00Z".parse()?;
/// let until = "2027-03-15T00:00:00Z".parse()?;
/// assert_eq!(domain_proof_window(proved, book.duties()), Window::between(proved, until));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn domain_proof_window(proved_at: Timestamp, duties: &CaDuties) -> Window {
    // The days never grow, so what the rule of one date ends no later one begins again, and a rule
    // that is not in force any more takes nothing away.
    duties
        .reuse()
        .iter()
        .fold(Window::starting(proved_at), |window, entry| {
            let ProofReuse { from, max_days } = entry.value;
            let limit = last_included(proved_at, days(max_days));
            if limit.contains(from) || from <= proved_at {
                window.and(limit)
            } else {
                // Under this rule the proof is over before the rule begins.
                window.and(Window::before(from))
            }
        })
}

const fn hours(count: u16) -> i64 {
    (count as i64).saturating_mul(3_600)
}

const fn days(count: u16) -> i64 {
    (count as i64).saturating_mul(SECONDS_PER_DAY)
}

/// From an instant to so many seconds later, the last one included.
const fn last_included(from: Timestamp, seconds: i64) -> Window {
    let from = from.unix_seconds();
    Window::from_seconds(from, from.saturating_add(seconds).saturating_add(1))
}
