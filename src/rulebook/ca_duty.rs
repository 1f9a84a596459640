//! What the CA/Browser Forum asks of a CA by date, beside the [`Ceilings`](super::Ceilings): how soon
//! it revokes, and for how long it may use the proof of a domain again.
//!
//! These duties bind the CA whatever a vendor's page says. The deadlines of a revocation (Baseline
//! Requirements §4.9.1.1) go by the instant of the report, the reuse of proofs (§4.2.1) and what a
//! short-lived certificate is (§1.6.1) by the date of issuance.

use alloc::vec::Vec;

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{RevocationReason, Timestamp, Validity};

use super::source::{Sourced, Sources};

/// Why a CA has to revoke a certificate of a subscriber (BR §4.9.1.1, with its numbers).
///
/// A CRL reason alone does not tell how soon: `superseded` covers a proof that can't be relied on (24
/// hours) and a mis-issued certificate (5 days). Who knows only the reason that a subscriber gave
/// turns it into a ground with `From`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RevocationGround {
    /// The subscriber asks in writing and gives no reason (1).
    SubscriberRequest,
    /// The subscriber asks and gives a reason other than those below. The list has no number for it
    /// since it speaks of reasons; it is a case of 15 at most.
    ReasonedRequest,
    /// The request for the certificate was not authorized (2).
    NotAuthorized,
    /// There is evidence that the key was compromised (3).
    KeyCompromise,
    /// A proven method computes the private key from the public one, as for Debian's weak keys (4).
    KeyComputable,
    /// There is evidence that the proof of a domain or address should not be relied upon (5).
    DomainProofUnreliable,
    /// The size or parameters of the key are not allowed any more (6).
    KeyParameters,
    /// The certificate was misused (7).
    Misuse,
    /// The subscriber broke the agreement (8).
    AgreementViolated,
    /// A name may not be used any more by law (9).
    NameNotLawful,
    /// A wildcard was used for a fraudulently misleading name (10).
    MisleadingWildcard,
    /// What the certificate says changed materially (11).
    MaterialChange,
    /// It was not issued by the rules (12).
    MisIssued,
    /// What it says is inaccurate (13).
    Inaccurate,
    /// The CA lost the right to issue (14).
    RightToIssueEnded,
    /// The CA's own policy asks for it, for a reason that is not listed (15).
    PolicyRequires,
    /// A method exposes the key, or it was made by a flawed one (16).
    FlawedKeyMethod,
}

impl RevocationGround {
    /// Every ground.
    pub const ALL: [Self; 17] = [
        Self::SubscriberRequest,
        Self::ReasonedRequest,
        Self::NotAuthorized,
        Self::KeyCompromise,
        Self::KeyComputable,
        Self::DomainProofUnreliable,
        Self::KeyParameters,
        Self::Misuse,
        Self::AgreementViolated,
        Self::NameNotLawful,
        Self::MisleadingWildcard,
        Self::MaterialChange,
        Self::MisIssued,
        Self::Inaccurate,
        Self::RightToIssueEnded,
        Self::PolicyRequires,
        Self::FlawedKeyMethod,
    ];

    /// Its number in BR §4.9.1.1; none for a request with a reason, which has no number.
    #[must_use]
    pub const fn number(self) -> Option<u8> {
        Some(match self {
            Self::ReasonedRequest => return None,
            Self::SubscriberRequest => 1,
            Self::NotAuthorized => 2,
            Self::KeyCompromise => 3,
            Self::KeyComputable => 4,
            Self::DomainProofUnreliable => 5,
            Self::KeyParameters => 6,
            Self::Misuse => 7,
            Self::AgreementViolated => 8,
            Self::NameNotLawful => 9,
            Self::MisleadingWildcard => 10,
            Self::MaterialChange => 11,
            Self::MisIssued => 12,
            Self::Inaccurate => 13,
            Self::RightToIssueEnded => 14,
            Self::PolicyRequires => 15,
            Self::FlawedKeyMethod => 16,
        })
    }

    /// The reason that the CRL then gives (BR §4.9.1.1); none for a request with a reason, where it is
    /// the one that was given.
    #[must_use]
    pub const fn reason(self) -> Option<RevocationReason> {
        Some(match self {
            Self::ReasonedRequest => return None,
            Self::SubscriberRequest | Self::RightToIssueEnded | Self::PolicyRequires => {
                RevocationReason::Unspecified
            }
            Self::KeyCompromise | Self::KeyComputable | Self::FlawedKeyMethod => {
                RevocationReason::KeyCompromise
            }
            Self::DomainProofUnreliable | Self::KeyParameters | Self::MisIssued => {
                RevocationReason::Superseded
            }
            Self::NameNotLawful => RevocationReason::CessationOfOperation,
            Self::NotAuthorized
            | Self::Misuse
            | Self::AgreementViolated
            | Self::MisleadingWildcard
            | Self::MaterialChange
            | Self::Inaccurate => RevocationReason::PrivilegeWithdrawn,
        })
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What a request with a reason comes to, if nothing more is known.
///
/// No reason is the subscriber's request (1), `keyCompromise` the compromise (3). `privilegeWithdrawn`
/// is the CA's own word (K-09) and stands for one of 7, 8, 10, 11 and 13, which have one deadline; a
/// request that was not authorized (2) has another. The other three are requests with a reason.
impl From<RevocationReason> for RevocationGround {
    fn from(reason: RevocationReason) -> Self {
        match reason {
            RevocationReason::Unspecified => Self::SubscriberRequest,
            RevocationReason::KeyCompromise => Self::KeyCompromise,
            RevocationReason::AffiliationChanged
            | RevocationReason::Superseded
            | RevocationReason::CessationOfOperation => Self::ReasonedRequest,
            RevocationReason::PrivilegeWithdrawn => Self::AgreementViolated,
        }
    }
}

/// A set of grounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GroundSet(u32);

impl GroundSet {
    /// The set of these grounds.
    #[must_use]
    pub fn of(grounds: &[RevocationGround]) -> Self {
        Self(grounds.iter().fold(0, |bits, ground| bits | ground.bit()))
    }

    /// Whether it holds a ground.
    #[must_use]
    pub const fn contains(self, ground: RevocationGround) -> bool {
        self.0 & ground.bit() != 0
    }

    /// The grounds, in the order of [`RevocationGround::ALL`].
    pub fn iter(self) -> impl Iterator<Item = RevocationGround> {
        RevocationGround::ALL
            .into_iter()
            .filter(move |&ground| self.contains(ground))
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// How soon a CA revokes on some grounds, for reports from an instant on.
///
/// It replaces what an earlier entry says of the same grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RevocationDuty {
    /// The first instant of a report to which it applies (00:00:00 UTC of a day).
    pub from: Timestamp,
    /// The grounds.
    pub grounds: GroundSet,
    /// It SHALL (or MUST) be done within so many hours; a day is 24.
    pub must_hours: u16,
    /// It SHOULD be done within so many hours, where that is fewer.
    pub should_hours: Option<u16>,
}

/// For how long a proof of a domain or address is used again, for certificates issued from an instant
/// on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProofReuse {
    /// The first instant of issuance to which it applies (00:00:00 UTC of a day).
    pub from: Timestamp,
    /// The most days between proof and issuance.
    pub max_days: u16,
}

/// Which certificates are short-lived, among those issued from an instant on: their revocation is the
/// CA's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShortLived {
    /// The first instant of issuance to which it applies (00:00:00 UTC of a day).
    pub from: Timestamp,
    /// The most days of validity of a short-lived certificate.
    pub max_days: u16,
}

/// The duties in the order of their dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaDuties {
    reuse: Vec<Sourced<ProofReuse>>,
    revocation: Vec<Sourced<RevocationDuty>>,
    short_lived: Vec<Sourced<ShortLived>>,
}

/// One of the tables of [`CaDuties`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DutyTable {
    /// [`CaDuties::reuse`].
    Reuse,
    /// [`CaDuties::revocation`].
    Revocation,
    /// [`CaDuties::short_lived`].
    ShortLived,
}

impl DutyTable {
    /// A word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reuse => "reuse of proofs",
            Self::Revocation => "revocation deadlines",
            Self::ShortLived => "short-lived certificates",
        }
    }
}

/// Why tables of duties were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaDutiesError {
    /// No entry, or none for the earliest instants. Short-lived certificates may begin later.
    #[error("the first entry of {} must begin with the first instant", .0.word())]
    Gap(DutyTable),
    /// Two entries out of order.
    #[error("the entry of {} from {from} does not come after the one before it", table.word())]
    Order {
        /// In which table.
        table: DutyTable,
        /// Which entry.
        from: Timestamp,
    },
    /// An entry without a source.
    #[error("the entry of {} from {from} names no source", table.word())]
    NoSource {
        /// In which table.
        table: DutyTable,
        /// Which entry.
        from: Timestamp,
    },
    /// An entry of no days or no hours, or advice that is not shorter than what must be.
    #[error("the entry of {} from {from} has no days or hours, or advises no fewer than it asks for", table.word())]
    Length {
        /// In which table.
        table: DutyTable,
        /// Which entry.
        from: Timestamp,
    },
    /// More days than before: a proof that could not be used any more would be good again.
    #[error("the reuse of proofs from {0} on is longer than before")]
    Longer(Timestamp),
    /// Deadlines for no ground, or two from one instant for the same ground.
    #[error("the revocation deadlines from {0} are for no ground, or twice for the same one")]
    Grounds(Timestamp),
}

impl CaDuties {
    /// Checks the tables.
    ///
    /// # Errors
    /// [`CaDutiesError`] names the table and the entry.
    pub fn new(
        reuse: Vec<Sourced<ProofReuse>>,
        revocation: Vec<Sourced<RevocationDuty>>,
        short_lived: Vec<Sourced<ShortLived>>,
    ) -> Result<Self, CaDutiesError> {
        check(
            DutyTable::Reuse,
            reuse
                .iter()
                .map(|entry| (entry.value.from, &entry.sources, entry.value.max_days > 0)),
        )?;
        check(
            DutyTable::Revocation,
            revocation.iter().map(|entry| {
                let duty = entry.value;
                let sound = duty.must_hours > 0
                    && duty
                        .should_hours
                        .is_none_or(|hours| hours > 0 && hours < duty.must_hours);
                (duty.from, &entry.sources, sound)
            }),
        )?;
        check(
            DutyTable::ShortLived,
            short_lived
                .iter()
                .map(|entry| (entry.value.from, &entry.sources, entry.value.max_days > 0)),
        )?;
        for (earlier, later) in reuse.iter().zip(reuse.iter().skip(1)) {
            if later.value.max_days > earlier.value.max_days {
                return Err(CaDutiesError::Longer(later.value.from));
            }
        }
        for (place, entry) in revocation.iter().enumerate() {
            let duty = entry.value;
            let twice = revocation.iter().take(place).any(|other| {
                other.value.from == duty.from && other.value.grounds.overlaps(duty.grounds)
            });
            if twice || duty.grounds.is_empty() {
                return Err(CaDutiesError::Grounds(duty.from));
            }
        }
        Ok(Self {
            reuse,
            revocation,
            short_lived,
        })
    }

    /// Tables that permit no reuse and name no deadline.
    pub(super) const fn closed() -> Self {
        Self {
            reuse: Vec::new(),
            revocation: Vec::new(),
            short_lived: Vec::new(),
        }
    }

    /// For how long proofs are used again, by the date of issuance.
    #[must_use]
    pub fn reuse(&self) -> &[Sourced<ProofReuse>] {
        &self.reuse
    }

    /// How soon certificates are revoked, by the instant of the report.
    #[must_use]
    pub fn revocation(&self) -> &[Sourced<RevocationDuty>] {
        &self.revocation
    }

    /// Which certificates are short-lived, by the date of issuance.
    #[must_use]
    pub fn short_lived(&self) -> &[Sourced<ShortLived>] {
        &self.short_lived
    }

    /// For how long a proof is used again for a certificate issued at an instant.
    ///
    /// None only if the table were empty, which its constructor refuses.
    #[must_use]
    pub fn reuse_at(&self, issued: Timestamp) -> Option<&Sourced<ProofReuse>> {
        let begun = self
            .reuse
            .iter()
            .take_while(|entry| entry.value.from <= issued);
        begun.last()
    }

    /// The duty to revoke on a ground that is reported at an instant; none where the requirements did
    /// not know the ground yet.
    #[must_use]
    pub fn revocation_at(
        &self,
        ground: RevocationGround,
        reported: Timestamp,
    ) -> Option<&Sourced<RevocationDuty>> {
        let begun = self
            .revocation
            .iter()
            .take_while(|entry| entry.value.from <= reported);
        begun
            .filter(|entry| entry.value.grounds.contains(ground))
            .last()
    }

    /// Whether a certificate is short-lived: issuance is taken as its first second, and both ends
    /// count.
    ///
    /// ```
    /// use cert_lifecycle::model::Validity;
    /// use cert_lifecycle::rulebook::Rulebook;
    /// let book = Rulebook::published();
    /// let week = Validity::new("2026-05-01T00:00:00Z".parse()?, "2026-05-07T23:59:59Z".parse()?)?;
    /// assert!(book.duties().is_short_lived(week));
    /// let longer = Validity::new("2026-05-01T00:00:00Z".parse()?, "2026-05-08T00:00:00Z".parse()?)?;
    /// assert!(!book.duties().is_short_lived(longer));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_short_lived(&self, validity: Validity) -> bool {
        let issued = validity.not_before();
        let begun = self
            .short_lived
            .iter()
            .take_while(|entry| entry.value.from <= issued);
        begun.last().is_some_and(|entry| {
            let seconds = i64::from(entry.value.max_days).saturating_mul(SECONDS_PER_DAY);
            validity.inclusive_seconds() <= seconds
        })
    }

    /// Every entry's first instant and sources.
    pub(super) fn citations(&self) -> impl Iterator<Item = (Timestamp, &Sources)> {
        let reuse = self
            .reuse
            .iter()
            .map(|entry| (entry.value.from, &entry.sources));
        let revocation = self
            .revocation
            .iter()
            .map(|entry| (entry.value.from, &entry.sources));
        let short_lived = self
            .short_lived
            .iter()
            .map(|entry| (entry.value.from, &entry.sources));
        reuse.chain(revocation).chain(short_lived)
    }
}

/// What holds for each of the tables.
fn check<'a>(
    table: DutyTable,
    entries: impl Iterator<Item = (Timestamp, &'a Sources, bool)>,
) -> Result<(), CaDutiesError> {
    // Entries for other grounds may share an instant; before that date nothing was short-lived.
    let (shared, late) = match table {
        DutyTable::Reuse => (false, false),
        DutyTable::Revocation => (true, false),
        DutyTable::ShortLived => (false, true),
    };
    let mut previous: Option<Timestamp> = None;
    for (from, sources, sound) in entries {
        match previous {
            None if from != Timestamp::MIN && !late => return Err(CaDutiesError::Gap(table)),
            Some(before) if from < before || (from == before && !shared) => {
                return Err(CaDutiesError::Order { table, from });
            }
            None | Some(_) => {}
        }
        if !sound {
            return Err(CaDutiesError::Length { table, from });
        }
        if sources.as_slice().is_empty() {
            return Err(CaDutiesError::NoSource { table, from });
        }
        previous = Some(from);
    }
    if previous.is_none() && !late {
        return Err(CaDutiesError::Gap(table));
    }
    Ok(())
}
