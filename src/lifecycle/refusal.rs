//! Refusals: what was refused, in which state, by which rule, when that changes, and what to do.

use core::error::Error;
use core::fmt;

use crate::model::{Day, EditionKey, Offset, Status, Timestamp};
use crate::rulebook::{Edition, RuleId, Sources, Standing, Window};

use super::case::{Case, Law};
use super::clause::{Basis, Clause, WayOut, Why, had_to};
use super::command::{Command, CommandKind};
use super::condition::{Flow, owned, unit_returns, visit};
use super::status::{stage, status};

/// The few kinds of refusal that a caller has to tell apart. The documented error codes follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// `NotFoundPackage`: no plan of this product.
    PlanNotFound,
    /// `NotRemainCount`: the plan has no unit left.
    QuotaExhausted,
    /// `NotFoundOrder`: unknown, foreign or deleted.
    OrderNotFound,
    /// `OrderStateError`: the operation does not fit the state, the time or the allowance.
    State,
    /// `CreateCertificateRequestFailed`: the application is not acceptable.
    Application,
    /// What the CA answered does not fit the order.
    CaAnswer,
    /// The caller passed an id, a plan or an edition that does not belong to the case.
    Misuse,
}

/// Why a command was refused. It changed nothing (L4), and holds no heap memory.
///
/// `Display` is one short paragraph: the state, the rule with document and edition, the date from
/// or until which the answer differs, and the way out.
///
/// `C` and `S` are the commands and statuses that it speaks of: those of orders, or those of
/// [`v2`](super::v2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<C = CommandKind, S = Status> {
    kind: RefusalKind,
    command: C,
    status: Option<S>,
    why: Why,
    rule: RuleId,
    basis: Grounds,
    edition: EditionKey,
    holds: Window,
    now: Timestamp,
    offset: Offset,
    way_out: WayOut,
}

/// What the rule rests on, copied out of the clause.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Grounds {
    Rule,
    Value {
        sources: Sources,
        standing: Standing,
        /// None if no earlier rule is known.
        since: Option<Day>,
        changes: Option<Day>,
        pinned: bool,
    },
    Ceiling {
        sources: Sources,
        from: Timestamp,
    },
}

impl Refusal {
    pub(super) fn new(
        clause: &Clause<'_>,
        command: CommandKind,
        case: &Case<'_>,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Self {
        // A purchase concerns no order, whatever stands beside it in the case.
        let beginning = matches!(
            command,
            CommandKind::BuyPlan | CommandKind::Buy | CommandKind::Draw | CommandKind::Upload
        );
        let seen = case
            .instance
            .is_some_and(|instance| instance.account == case.account && !beginning);
        let status = if seen {
            status(case, now, law.conduct)
        } else {
            None
        };
        let mut refusal = Self::of(
            clause,
            (command, status),
            now,
            (law.application, law.conduct),
        );
        // Advice that costs a certificate is given only while it brings the unit back; what expired can't
        // be revoked, and a clause does not know the instant.
        if let (
            Why::PlanUsed,
            WayOut::RevokeUnits | WayOut::ReturnAllUnits | WayOut::CancelMembersFirst,
        ) = (refusal.why, refusal.way_out)
            && (status == Some(Status::Expired) || !unit_returns(case, now, law))
        {
            refusal.way_out = WayOut::None;
        }
        if let (
            WayOut::Revoke
            | WayOut::RevokeOnly
            | WayOut::RevokeFirst
            | WayOut::RevokeInTime
            | WayOut::RevokeForRefund
            | WayOut::CancelMembers
            | WayOut::CancelMembersFirst,
            Some(Status::Expired),
        ) = (refusal.way_out, status)
        {
            refusal.way_out = WayOut::ApplyAnew;
        }
        if refusal.way_out == WayOut::DeleteCertificate {
            refusal.way_out = instead_deleted(case, now, law);
        }
        // An edition may take no application in this state.
        if refusal.way_out == WayOut::Apply && !is_applied_for(case, law) {
            refusal.way_out = WayOut::None;
        }
        // Nobody has to buy anew who only has to wait.
        if refusal.way_out == WayOut::ApplyAnew && refusal.permitted_from().is_some() {
            refusal.way_out = WayOut::None;
        }
        refusal
    }
}

impl<C, S> Refusal<C, S> {
    /// Takes down a clause that does not hold. Rules that no edition changes are shown with the
    /// edition in force, ceilings with that of the application.
    pub(super) fn of(
        clause: &Clause<'_>,
        (command, status): (C, Option<S>),
        now: Timestamp,
        (application, conduct): (&Edition, &Edition),
    ) -> Self {
        let (basis, edition) = match clause.basis {
            Basis::Rule => (Grounds::Rule, conduct),
            Basis::Pinned(edition, cite) | Basis::InForce(edition, cite) => (
                Grounds::Value {
                    sources: cite.sources.clone(),
                    standing: cite.standing,
                    since: (!cite.first).then_some(cite.since),
                    changes: clause.changes,
                    pinned: matches!(clause.basis, Basis::Pinned(..)),
                },
                edition,
            ),
            Basis::Ceiling(entry) => (
                Grounds::Ceiling {
                    sources: entry.sources.clone(),
                    from: entry.value.from,
                },
                application,
            ),
        };
        Self {
            kind: kind_of(clause.why),
            command,
            status,
            why: clause.why,
            rule: clause.rule,
            basis,
            edition: edition.key(),
            holds: clause.holds,
            now,
            offset: conduct.calendar().value.offset,
            way_out: clause.way_out,
        }
    }

    /// Its kind, for code.
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// The command that was refused.
    #[must_use]
    pub const fn command(&self) -> C
    where
        C: Copy,
    {
        self.command
    }

    /// The status in which it was refused; none if the account has no such instance.
    #[must_use]
    pub const fn status(&self) -> Option<S>
    where
        S: Copy,
    {
        self.status
    }

    /// What was the matter. A [`Why::Status`] holds the stage that the events left, which time moves on
    /// from: what the owner sees is [`status`](Self::status).
    #[must_use]
    pub const fn why(&self) -> Why {
        self.why
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        self.rule
    }

    /// The edition whose value decided.
    #[must_use]
    pub const fn edition(&self) -> EditionKey {
        self.edition
    }

    /// The documents behind it, where a dated value decided; else see the rule's record.
    #[must_use]
    pub const fn sources(&self) -> Option<&Sources> {
        match &self.basis {
            Grounds::Rule => None,
            Grounds::Value { sources, .. } | Grounds::Ceiling { sources, .. } => Some(sources),
        }
    }

    /// How firmly the deciding value stands, where a dated value decided.
    #[must_use]
    pub const fn standing(&self) -> Option<Standing> {
        match &self.basis {
            Grounds::Value { standing, .. } => Some(*standing),
            Grounds::Ceiling { .. } => Some(Standing::Stated),
            Grounds::Rule => None,
        }
    }

    /// When the clause that refused holds: never, or before or after the instant asked about.
    #[must_use]
    pub const fn holds(&self) -> Window {
        self.holds
    }

    /// The instant from which the same clause would permit it, if there is one to come.
    #[must_use]
    pub fn permitted_from(&self) -> Option<Timestamp> {
        self.holds.from().filter(|from| *from > self.now)
    }

    /// The first instant at which the same clause no longer permitted it, if there was one.
    #[must_use]
    pub fn permitted_until(&self) -> Option<Timestamp> {
        self.holds.until().filter(|until| *until <= self.now)
    }

    /// The day from which a later clause of the rulebook gives another answer: to this case, or if
    /// the case is pinned, to cases submitted from then on.
    #[must_use]
    pub const fn changes_on(&self) -> Option<Day> {
        match &self.basis {
            Grounds::Value { changes, .. } => *changes,
            Grounds::Rule | Grounds::Ceiling { .. } => None,
        }
    }

    /// What to do instead.
    #[must_use]
    pub const fn way_out(&self) -> WayOut {
        self.way_out
    }
}

/// Whether the instance is applied for in the state that the events left, by the edition in force.
fn is_applied_for(case: &Case<'_>, law: &Law<'_>) -> bool {
    owned(case).is_some_and(|instance| law.conduct.applying().value.contains(stage(instance)))
}

/// How a certificate is deleted where that is the way out: at once, or when the edition in force has it
/// not at all, where it never does.
fn instead_deleted(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> WayOut {
    let (mut open, mut deployed) = (Window::ALWAYS, false);
    let command = Command::DeleteCertificate;
    let _ = visit(case, &command, law, &mut |clause: Clause<'_>| {
        // That is in the owner's hands.
        if clause.why == Why::Deployed {
            deployed |= clause.holds.is_never();
        } else {
            open = open.and(clause.holds);
        }
        Flow::Continue(())
    });
    match open.from().filter(|from| *from > now) {
        Some(from) => WayOut::DeleteOnceExpired(from),
        None if !open.contains(now) => WayOut::None,
        None if deployed => WayOut::UndeployThenDelete,
        None => WayOut::DeleteCertificate,
    }
}

/// A kind of command that a refusal can speak of.
pub trait Phrased: Copy {
    /// What was asked, as the end of "Cannot".
    fn phrase(self) -> &'static str;
}

impl Phrased for CommandKind {
    fn phrase(self) -> &'static str {
        Self::phrase(self)
    }
}

impl<C: Phrased, S: Copy + fmt::Display> fmt::Display for Refusal<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cannot {}: ", self.command.phrase())?;
        match (self.status, self.why) {
            (Some(status), Why::Status(_)) => {
                let whose = whose(self.command.phrase());
                write!(f, "{whose} status is {status}. ")?;
            }
            (Some(status), Why::InstanceStatus) => {
                write!(f, "the instance's status is {status}. ")?;
            }
            // It says so itself.
            (Some(_), Why::OrderDeleted | Why::InstanceDeleted | Why::Ended(_)) => {
                write!(f, "{}. ", self.why)?;
            }
            (status, Why::RevokedTooLate(act, until)) => {
                let until = until.in_offset(self.offset);
                write!(f, "{} before {until}", had_to(act))?;
                match status {
                    Some(status) => write!(f, " (status {status}). ")?,
                    None => f.write_str(". ")?,
                }
            }
            (Some(status), why) => write!(f, "{why} (status {status}). ")?,
            (None, why) => write!(f, "{why}. ")?,
        }
        write!(f, "Rule {}", self.rule)?;
        if let Some(record) = self.rule.record() {
            write!(f, ": {}", record.text)?;
        }
        self.write_sources(f)?;
        self.write_dates(f)?;
        let Some(advice) = self.way_out.phrase() else {
            return Ok(());
        };
        write!(f, " Instead: {advice}")?;
        if let Some(from) = self.way_out.from() {
            write!(f, ", from {} on", from.in_offset(self.offset))?;
        }
        f.write_str(".")
    }
}

impl<C, S> Refusal<C, S> {
    fn write_sources(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.basis, self.rule.record()) {
            (Grounds::Rule, Some(record)) => {
                // A rule stands in every edition, also in those that are older than some of its documents.
                f.write_str(" [the rule rests on ")?;
                for (place, key) in record.sources.split(' ').enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    let key = if key == "C" { "our choice" } else { key };
                    write!(f, "{comma}{key}")?;
                }
                write!(f, "; edition {}].", self.edition)
            }
            (Grounds::Rule, None) => write!(f, " [edition {}].", self.edition),
            (
                Grounds::Value {
                    sources, standing, ..
                },
                _,
            ) => {
                write!(
                    f,
                    " [{sources}, {}; edition {}].",
                    standing.word(),
                    self.edition
                )
            }
            (Grounds::Ceiling { sources, .. }, _) => write!(f, " [{sources}]."),
        }
    }

    fn write_dates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |at: Timestamp| at.in_offset(self.offset);
        if let Some(from) = self.permitted_from() {
            return write!(f, " It becomes possible at {}.", shown(from));
        }
        if let Some(until) = self.permitted_until() {
            return write!(f, " It was possible until just before {}.", shown(until));
        }
        match &self.basis {
            Grounds::Rule => f.write_str(" This holds in every edition."),
            Grounds::Ceiling { from, .. } if *from == Timestamp::MIN => {
                f.write_str(" This ceiling is the first one.")
            }
            Grounds::Ceiling { from, .. } => write!(
                f,
                " This ceiling is for certificates issued from {} on.",
                from.in_offset(Offset::UTC)
            ),
            Grounds::Value {
                since,
                changes,
                pinned,
                ..
            } => {
                match since {
                    Some(since) => {
                        write!(f, " In force since {}", shown(since.midnight(self.offset)))?;
                    }
                    None => f.write_str(" In force from the beginning of the rulebook")?,
                }
                match changes.map(|day| shown(day.midnight(self.offset))) {
                    None => f.write_str("."),
                    Some(change) if *pinned => write!(
                        f,
                        "; the answer differs for what is bought or applied for from {change} on."
                    ),
                    Some(change) => write!(f, "; the answer differs from {change} on."),
                }
            }
        }
    }
}

/// Whose status it is: what the phrase ends with has one of its own, if it is no order.
fn whose(phrase: &str) -> &'static str {
    if phrase.ends_with("the certificate") || phrase.ends_with("the slot") {
        "its"
    } else {
        "the order's"
    }
}

impl<C: Phrased + fmt::Debug, S: Copy + fmt::Display + fmt::Debug> Error for Refusal<C, S> {}

#[expect(clippy::too_many_lines, reason = "one line a reason")]
const fn kind_of(why: Why) -> RefusalKind {
    match why {
        Why::NoPlan | Why::PlanRefunded => RefusalKind::PlanNotFound,
        Why::NoUnitLeft | Why::NoFreeLeft => RefusalKind::QuotaExhausted,
        Why::NoOrder | Why::OrderDeleted | Why::NoInstance | Why::InstanceDeleted => {
            RefusalKind::OrderNotFound
        }
        Why::IdTaken
        | Why::OtherPlan
        | Why::OtherEdition
        | Why::OtherPurchase
        | Why::OtherChain
        | Why::OtherInstance
        | Why::Slots
        | Why::EndsBeforeItBegins => RefusalKind::Misuse,
        Why::Status(_)
        | Why::AlreadyIssued
        | Why::NotIssued
        | Why::RevocationUnderWay
        | Why::NoRevocation
        | Why::RevocationUnconfirmed
        | Why::NothingToConfirm
        | Why::AlreadyRevoked
        | Why::Expired
        | Why::NoRevocationLeft
        | Why::ReasonOfCa
        | Why::DomainUnproved
        | Why::NoChallenge
        | Why::NotActivated
        | Why::Uploaded
        | Why::Ended(_)
        | Why::RefundUnderWay
        | Why::Refunded
        | Why::NoRefundClaimed
        | Why::NothingPaid
        | Why::Free
        | Why::NoRefundHere
        | Why::RefundWindow
        | Why::RevokedTooLate(..)
        | Why::UnderWay
        | Why::NotRevoked
        | Why::WasMerged
        | Why::ChainMovedOn
        | Why::LateHosting
        | Why::PlanUsed
        | Why::Hosted
        | Why::AlreadyHosted
        | Why::HostingWindow
        | Why::NotNext
        | Why::NoPredecessor
        | Why::UnissuedBefore
        | Why::FailedBefore
        | Why::NotDue
        | Why::NoSubmission
        | Why::RenewalWindow
        | Why::SeveralNames
        | Why::KeyNotHeld
        | Why::NotDeployed
        | Why::Deployed
        | Why::TooManyDeployments
        | Why::HoldsUnit
        | Why::HoldsNoUnit
        | Why::NoClosing
        | Why::OtherStatus(_)
        | Why::NotSingle
        | Why::UnderWayBefore
        | Why::NotMergeable
        | Why::NotFirst
        | Why::ChallengeThere
        | Why::InstanceStatus
        | Why::NoCertificate
        | Why::ApplicationUnderWay
        | Why::NoApplication
        | Why::TaskUnfinished
        | Why::TermOver
        | Why::HostingEnabled
        | Why::NotRefundable
        | Why::Unrevoked
        | Why::DataStands => RefusalKind::State,
        Why::DvOnly
        | Why::Years(_)
        | Why::OtherProduct
        | Why::UploadName
        | Why::NameTaken
        | Why::KeyMismatch
        | Why::OtherTarget(_)
        | Why::DomainNotCovered
        | Why::NoCompany
        | Why::TooManyNames
        | Why::NameKind
        | Why::BarredName(_)
        | Why::FileForWildcard
        | Why::Key(_)
        | Why::KeyUnexamined
        | Why::RocaKey
        | Why::ClosePrimes(_)
        | Why::SmallFactor(_)
        | Why::Exponent(_)
        | Why::Hash(_)
        | Why::Possession
        | Why::PossessionUnchecked
        | Why::NoCommonName
        | Why::ManyCommonNames
        | Why::CommonNameForm
        | Why::CommonNameNotNamed
        | Why::CommonNameNotAlternative
        | Why::NoData
        | Why::NoContact
        | Why::NoName
        | Why::NoCsr => RefusalKind::Application,
        Why::ChallengeMethod(_)
        | Why::OtherKey
        | Why::CertificateKey
        | Why::CertificateNames
        | Why::AboveCeiling(_)
        | Why::CertificateOver
        | Why::OtherCertificate => RefusalKind::CaAnswer,
    }
}
