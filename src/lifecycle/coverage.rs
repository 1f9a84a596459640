//! Coverage: from when to when a site has a certificate, and why not in between.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::model::{
    CertificateInstance, End, HostingChain, InstanceId, IssuedCertificate, MemberState, Phase,
    Timestamp,
};
use crate::rulebook::{RuleId, Window};

use super::case::Law;
use super::condition::{due_before, handed_down};
use super::status::serving;
use super::term::{term_end, wanted_end};

/// What an answer about the future takes for granted, beside the facts and the law at hand.
///
/// ```
/// use cert_lifecycle::lifecycle::Outlook;
/// let now = "2026-11-22T00:00:00Z".parse()?;
/// // OV takes a week here, and the owner applies at once.
/// let outlook = Outlook { review_seconds: 7 * 86_400, owner_acts: Some(now), ..Outlook::at(now) };
/// assert_eq!(outlook.now, now);
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The present: what has not happened by now happens no earlier.
    pub now: Timestamp,
    /// How long the CA takes from an application to the certificate, in seconds. No rule says so
    /// (R-60).
    pub review_seconds: u32,
    /// When owners do what waits for them: apply with a slot, prove a domain. Without an instant they
    /// never do, and nothing is expected of such a certificate.
    pub owner_acts: Option<Timestamp>,
}

impl Outlook {
    /// From an instant on: no time for reviews, and nothing that owners do.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self {
            now,
            review_seconds: 0,
            owner_acts: None,
        }
    }
}

/// Why a site is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GapCause {
    /// There is no certificate yet: the slot waits for its owner (R-04).
    NotApplied,
    /// The application waits for its owner to prove the domain (R-06).
    DomainUnproved,
    /// It was withdrawn (R-12).
    Withdrawn,
    /// The CA reviews the application: only its approval issues (R-07).
    UnderReview,
    /// The CA refused it (R-08).
    Failed,
    /// The CA refused the service's own application: the chain stands still until somebody has talked
    /// to the owner (R-48).
    AutomaticFailed,
    /// The next member's turn has not come: the certificate before it is not due (R-46).
    NotDue,
    /// The next member's turn has come, and the service has not activated it (R-46).
    Overdue,
    /// There are no data to apply for the next member with (R-46).
    NoSubmission,
    /// The certificate is revoked, and behind it no member is activated (R-47).
    Revoked,
    /// Its revocation is under way, and meanwhile no member is activated (R-47).
    RevocationUnderWay,
    /// The certificate or slot was deleted, closed or merged (R-40).
    Gone,
    /// A member of the chain was not handed in, so nothing is known of it.
    NotAtHand,
    /// A member that would have served now was cancelled (T-25).
    Cancelled,
    /// The years that were bought would reach this far, but a slot carries one certificate at a time,
    /// and certificates are cut to the ceiling of their issuance (K-08).
    Ceiling,
    /// Every member has served.
    NoMemberLeft,
}

impl GapCause {
    /// The rule behind it.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::NotApplied => RuleId::R04,
            Self::DomainUnproved => RuleId::R06,
            Self::Withdrawn => RuleId::R12,
            Self::UnderReview => RuleId::R07,
            Self::Failed => RuleId::R08,
            Self::AutomaticFailed => RuleId::R48,
            Self::NotDue | Self::Overdue | Self::NoSubmission => RuleId::R46,
            Self::Revoked | Self::RevocationUnderWay => RuleId::R47,
            Self::Gone => RuleId::R40,
            Self::NotAtHand => RuleId::R24,
            Self::Cancelled => RuleId::T25,
            Self::Ceiling => RuleId::K08,
            Self::NoMemberLeft => RuleId::R02,
        }
    }
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotApplied => "nobody applied yet",
            Self::DomainUnproved => "the domain is not proved yet",
            Self::Withdrawn => "the application was withdrawn",
            Self::UnderReview => "the CA reviews the application",
            Self::Failed => "the CA refused the application",
            Self::AutomaticFailed => "the service's own application failed",
            Self::NotDue => "the next certificate is not due yet",
            Self::Overdue => "the next certificate was not activated in time",
            Self::NoSubmission => "there are no data to apply for the next certificate with",
            Self::Revoked => "the certificate was revoked",
            Self::RevocationUnderWay => "the certificate is being revoked",
            Self::Gone => "the certificate or slot is gone",
            Self::NotAtHand => "nothing is known of the next certificate",
            Self::Cancelled => "a certificate of the chain was cancelled",
            Self::Ceiling => {
                "certificates are cut to the CA's ceiling, shorter than the year bought"
            }
            Self::NoMemberLeft => "no certificate of the chain is left",
        })
    }
}

/// A span in which a certificate covers the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Whose certificate.
    pub instance: InstanceId,
    /// Whether it is expected; else it is there.
    pub expected: bool,
}

/// A span in which none does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Why.
    pub cause: GapCause,
    /// The instance that this is about, if it is about one.
    pub instance: Option<InstanceId>,
}

/// Spans and gaps; together they are the horizon, and no instant is in two of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What is covered, in the order of time. Where two certificates overlap, the earlier one counts to
    /// its end.
    pub spans: Vec<Span>,
    /// What is not, in the order of time.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// How many seconds are covered.
    #[must_use]
    pub fn covered_seconds(&self) -> i64 {
        let length = |span: &Span| {
            let (from, until) = (span.from.unix_seconds(), span.until.unix_seconds());
            until.saturating_sub(from)
        };
        self.spans.iter().map(length).fold(0, i64::saturating_add)
    }
}

/// From when to when the certificates of a chain cover a site, within a horizon, and each gap with its
/// cause; the past as it was, and the future as it is to be expected.
///
/// Without a chain the instances stand side by side, as several that were bought for the same names:
/// hand in those. Of a chain, hand in its members; the order is the chain's. What belongs to another
/// account, or to no place of the chain, is left out (L12).
///
/// # What it takes for granted
/// - A certificate covers from its first second through its last (C4), whatever was done with it at
///   servers, and until it is revoked. Of what was deleted nothing is known any more.
/// - A waiting member is activated when the edition's trigger says so, or at once if that is past
///   (R-46), and certified after the [`Outlook`]'s review. Reviews succeed, and every certificate is
///   asked for with [`term_end`], so by the ceiling of the day of its issuance.
/// - A slot carries one certificate: under a ceiling of 100 days, three years that were bought are
///   three certificates of 100 days.
/// - What stands still (a failure, a revocation, a slot that waits for its owner) does so to the end of
///   the horizon.
/// - `law.money` gives the trigger and `law.application` the term of all members to come. So it is
///   the law of a member that waits that is to be handed in, whose money is judged by the edition
///   that the chain is pinned to: the first member may have been bought under another.
///
/// ```
/// use cert_lifecycle::lifecycle::sample::sample;
/// use cert_lifecycle::lifecycle::{GapCause, Law, Outlook, coverage};
/// use cert_lifecycle::model::{Status, ValidationClass};
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let found = sample(Some(Status::Issued), ValidationClass::Dv, &law).ok_or("no sample")?;
/// let instance = found.world.instance().ok_or("no instance")?;
/// let horizon = "2021-03-01T00:00:00Z".parse()?.."2023-03-01T00:00:00Z".parse()?;
/// let answer = coverage(None, &[instance], &horizon, &Outlook::at(found.now), &law);
/// assert_eq!((answer.spans.len(), answer.gaps.len()), (1, 1));
/// assert_eq!(answer.gaps[0].from.to_string(), "2022-02-26T16:00:01Z");
/// assert_eq!(answer.gaps[0].cause, GapCause::NoMemberLeft);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn coverage(
    chain: Option<&HostingChain>,
    instances: &[&CertificateInstance],
    horizon: &Range<Timestamp>,
    outlook: &Outlook,
    law: &Law<'_>,
) -> Coverage {
    let as_it_is = Sight {
        chain,
        instances,
        outlook,
        law,
        ceilings: true,
        revived: false,
    };
    let forecast = as_it_is.forecast();
    // What would be covered, had no member been cancelled, or were there no ceilings.
    let revived = Sight {
        revived: true,
        ..as_it_is
    };
    let unlimited = Sight {
        ceilings: false,
        ..as_it_is
    };
    let instead = [
        (revived.forecast(), GapCause::Cancelled),
        (unlimited.forecast(), GapCause::Ceiling),
        (
            Sight {
                ceilings: false,
                ..revived
            }
            .forecast(),
            GapCause::Cancelled,
        ),
    ];
    let mut answer = Coverage::default();
    let mut at = horizon.start;
    while at < horizon.end {
        if let Some(covering) = forecast.covering(at) {
            let until = covering.until.min(horizon.end);
            answer.spans.push(Span {
                from: at,
                until,
                ..*covering
            });
            at = until;
            continue;
        }
        let (cause, instance, mut until) = forecast.reason(at);
        until = until.min(forecast.next_from(at)).min(horizon.end);
        let (mut cause, mut about) = (cause, instance);
        if matches!(cause, GapCause::NoMemberLeft) {
            for (other, why) in &instead {
                if let Some(covering) = other.covering(at) {
                    until = until.min(covering.until);
                    about = match chain {
                        Some(chain) if matches!(why, GapCause::Cancelled) => first_cancelled(chain),
                        Some(_) | None => None,
                    };
                    cause = *why;
                    break;
                }
                until = until.min(other.next_from(at));
            }
        }
        answer.gap(at..until, cause, about);
        at = until;
    }
    answer
}

fn first_cancelled(chain: &HostingChain) -> Option<InstanceId> {
    let mut members = chain.members().iter();
    members
        .find(|member| matches!(member.state, MemberState::Cancelled))
        .map(|member| member.instance)
}

impl Coverage {
    /// Adds a gap, or lengthens the one before it.
    fn gap(&mut self, span: Range<Timestamp>, cause: GapCause, instance: Option<InstanceId>) {
        if let Some(last) = self.gaps.last_mut()
            && last.until == span.start
            && last.cause == cause
            && last.instance == instance
        {
            last.until = span.end;
            return;
        }
        self.gaps.push(Gap {
            from: span.start,
            until: span.end,
            cause,
            instance,
        });
    }
}

/// Why there is no certificate from an instant on, unless there is one.
#[derive(Clone, Copy)]
struct Reason {
    from: Timestamp,
    cause: GapCause,
    instance: Option<InstanceId>,
}

/// The certificates that are there or expected, and what to say where there is none.
struct Forecast {
    spans: Vec<Span>,
    reasons: Vec<Reason>,
}

impl Forecast {
    /// The first certificate that covers an instant.
    fn covering(&self, at: Timestamp) -> Option<&Span> {
        self.spans
            .iter()
            .find(|span| span.from <= at && at < span.until)
    }

    /// When the next certificate begins.
    fn next_from(&self, at: Timestamp) -> Timestamp {
        let later = self
            .spans
            .iter()
            .map(|span| span.from)
            .filter(|from| *from > at);
        later.min().unwrap_or(Timestamp::MAX)
    }

    /// What to say at an instant, and until when.
    fn reason(&self, at: Timestamp) -> (GapCause, Option<InstanceId>, Timestamp) {
        let said = self.reasons.iter().rev().find(|one| one.from <= at);
        let later = self
            .reasons
            .iter()
            .map(|one| one.from)
            .filter(|from| *from > at);
        let until = later.min().unwrap_or(Timestamp::MAX);
        match said {
            Some(reason) => (reason.cause, reason.instance, until),
            None => (GapCause::NoMemberLeft, None, until),
        }
    }

    /// From an instant on, this is to be said; never before what was said already.
    fn say(&mut self, from: Timestamp, cause: GapCause, instance: Option<InstanceId>) {
        let from = self.reasons.last().map_or(from, |last| last.from.max(from));
        self.reasons.push(Reason {
            from,
            cause,
            instance,
        });
    }

    fn cover(&mut self, from: Timestamp, until: Timestamp, instance: InstanceId, expected: bool) {
        if from < until {
            self.spans.push(Span {
                from,
                until,
                instance,
                expected,
            });
        }
    }
}

/// What a forecast is made from.
#[derive(Clone, Copy)]
struct Sight<'a> {
    chain: Option<&'a HostingChain>,
    instances: &'a [&'a CertificateInstance],
    outlook: &'a Outlook,
    law: &'a Law<'a>,
    /// Whether certificates are cut to the ceilings.
    ceilings: bool,
    /// Whether cancelled members count as if they waited.
    revived: bool,
}

/// The certificate behind which the next member comes.
#[derive(Clone, Copy)]
struct Before {
    /// Its first second.
    since: Timestamp,
    /// Its last second, if the next member is activated behind it; none if the chain stands still.
    serves_until: Option<Timestamp>,
    /// Whether there are data to apply for the next one with.
    hands_down: bool,
    /// The first and last second of the certificate that is really there: without ceilings it may be
    /// another one, and what was activated behind it would have been activated later.
    real: Option<(Timestamp, Timestamp)>,
}

impl Sight<'_> {
    fn forecast(&self) -> Forecast {
        let mut forecast = Forecast {
            spans: Vec::new(),
            reasons: Vec::new(),
        };
        let last = if let Some(chain) = self.chain {
            self.of_chain(chain, &mut forecast)
        } else {
            let mut last = None;
            for instance in self.instances {
                last = Some(self.begun(instance, None, &mut forecast));
            }
            last
        };
        // What stands still was said already.
        if let Some(before) = last.filter(|one| one.serves_until.is_some()) {
            forecast.say(before.since, GapCause::NoMemberLeft, None);
        }
        forecast
    }

    /// The members in order; the last one whose turn came or is expected, unless the chain stands still.
    fn of_chain(&self, chain: &HostingChain, forecast: &mut Forecast) -> Option<Before> {
        let mut before: Option<Before> = None;
        for member in chain.members() {
            if matches!(member.state, MemberState::Cancelled) && !self.revived {
                continue;
            }
            let id = member.instance;
            let instance = self
                .instances
                .iter()
                .find(|one| one.id == id && one.account == chain.account);
            let since = before.map_or(Timestamp::MIN, |one| one.since);
            let Some(instance) = instance else {
                forecast.say(since, GapCause::NotAtHand, Some(id));
                return None;
            };
            before = Some(match member.state {
                MemberState::Begun => self.begun(instance, before, forecast),
                MemberState::Waiting | MemberState::Cancelled => {
                    self.waiting(instance, before?, forecast)?
                }
            });
        }
        before
    }

    /// R-46: when a waiting member is activated and certified; none if its turn never comes.
    fn waiting(
        &self,
        instance: &CertificateInstance,
        before: Before,
        forecast: &mut Forecast,
    ) -> Option<Before> {
        let id = Some(instance.id);
        let due = self.due(before.serves_until?);
        if due.is_never() {
            forecast.say(before.since, GapCause::NotDue, id);
            return None;
        }
        if !before.hands_down {
            forecast.say(before.since, GapCause::NoSubmission, id);
            return None;
        }
        let due = due.from().unwrap_or(Timestamp::MIN).max(before.since);
        let activation = due.max(self.outlook.now);
        forecast.say(before.since, GapCause::NotDue, id);
        forecast.say(due, GapCause::Overdue, id);
        Some(self.expect(instance, activation, activation, forecast))
    }

    fn due(&self, not_after: Timestamp) -> Window {
        due_before(not_after, self.law.money.hosting_trigger().value, self.law)
    }

    /// A certificate that is expected from an application of an instant, and no earlier than now.
    fn expect(
        &self,
        instance: &CertificateInstance,
        applied: Timestamp,
        reviewed_from: Timestamp,
        forecast: &mut Forecast,
    ) -> Before {
        forecast.say(applied, GapCause::UnderReview, Some(instance.id));
        let issued = reviewed_from
            .saturating_add(i64::from(self.outlook.review_seconds))
            .max(self.outlook.now);
        let last = self.end(instance, issued);
        forecast.cover(issued, self.after(last), instance.id, true);
        Before {
            since: issued,
            serves_until: Some(last),
            hands_down: true,
            real: None,
        }
    }

    fn end(&self, instance: &CertificateInstance, issued: Timestamp) -> Timestamp {
        if self.ceilings {
            term_end(instance, issued, self.law)
        } else {
            wanted_end(instance, issued, self.law)
        }
    }

    /// The first instant at which what ends then is over (C4).
    fn after(&self, not_after: Timestamp) -> Timestamp {
        let alive = self.law.conduct.calendar().value.unexpired(not_after);
        alive.until().unwrap_or(Timestamp::MAX)
    }

    /// By how many seconds a member comes due later than it did.
    fn delay_behind(&self, before: Before) -> i64 {
        let (Some(not_after), Some((since, real))) = (before.serves_until, before.real) else {
            return 0;
        };
        let due = |since: Timestamp, not_after: Timestamp| {
            let due = self.due(not_after).from().unwrap_or(since);
            due.max(since).unix_seconds()
        };
        due(before.since, not_after).saturating_sub(due(since, real))
    }

    /// The first and the last second of a certificate that is there; without ceilings, those that it
    /// would have, behind a certificate that ends so much later.
    fn validity_of(
        &self,
        instance: &CertificateInstance,
        certificate: &IssuedCertificate,
        delay: i64,
    ) -> (Timestamp, Timestamp) {
        let validity = certificate.validity();
        let (first, last) = (validity.not_before(), validity.not_after());
        if self.ceilings {
            return (first, last);
        }
        let cut = term_end(instance, first, self.law) < wanted_end(instance, first, self.law);
        let (first, last) = (first.saturating_add(delay), last.saturating_add(delay));
        if cut {
            (first, last.max(wanted_end(instance, first, self.law)))
        } else {
            (first, last)
        }
    }

    /// A member whose turn came, or an instance outside chains.
    fn begun(
        &self,
        instance: &CertificateInstance,
        before: Option<Before>,
        forecast: &mut Forecast,
    ) -> Before {
        let id = Some(instance.id);
        let since = before.map_or(Timestamp::MIN, |one| one.since);
        let stands_still = |since: Timestamp| Before {
            since,
            serves_until: None,
            hands_down: false,
            real: None,
        };
        // Until it was applied for.
        match before.and_then(|one| one.serves_until) {
            Some(not_after) => {
                forecast.say(since, GapCause::NotDue, id);
                if let Some(due) = self.due(not_after).from() {
                    forecast.say(due.max(since), GapCause::Overdue, id);
                }
            }
            None => forecast.say(since, GapCause::NotApplied, id),
        }
        if let Some(application) = instance.application() {
            forecast.say(application.submitted_at, GapCause::UnderReview, id);
        }
        let hands_down = self
            .chain
            .is_none_or(|chain| handed_down(chain, instance).is_some());
        // Only the service's own applications wait for the certificate before them.
        let automatic = instance.application().is_some_and(|own| own.automatic);
        let delay = before
            .filter(|_| automatic)
            .map_or(0, |one| self.delay_behind(one));
        let owner_acts = self.outlook.owner_acts.map(|at| at.max(self.outlook.now));
        match &instance.phase {
            Phase::Live(_) | Phase::Revoked { .. } | Phase::Uploaded(_) => {
                let Some(certificate) = instance.certificate() else {
                    return stands_still(since);
                };
                let (first, last) = self.validity_of(instance, certificate, delay);
                let over = self.after(last);
                if let Phase::Revoked { at, .. } = &instance.phase {
                    forecast.cover(first, over.min(*at), instance.id, false);
                    forecast.say(*at, GapCause::Revoked, id);
                    return stands_still(first);
                }
                forecast.cover(first, over, instance.id, false);
                if serving(instance).is_none() {
                    forecast.say(first, GapCause::RevocationUnderWay, id);
                    return stands_still(first);
                }
                let validity = certificate.validity();
                Before {
                    since: first,
                    serves_until: Some(last),
                    hands_down,
                    real: Some((validity.not_before(), validity.not_after())),
                }
            }
            Phase::Validating(application) => {
                let at = application.submitted_at.saturating_add(delay);
                self.expect(instance, at, at, forecast)
            }
            Phase::Verifying(application) => {
                forecast.say(application.submitted_at, GapCause::DomainUnproved, id);
                match owner_acts {
                    Some(at) => self.expect(instance, at, at, forecast),
                    None => stands_still(since),
                }
            }
            Phase::Bought { .. } => match owner_acts {
                Some(at) => self.expect(instance, at, at, forecast),
                None => stands_still(since),
            },
            Phase::Pending { at, .. } => {
                forecast.say(*at, GapCause::Withdrawn, id);
                match owner_acts {
                    Some(at) => self.expect(instance, at, at, forecast),
                    None => stands_still(since),
                }
            }
            Phase::Failed {
                application, at, ..
            } => {
                let cause = if application.automatic {
                    GapCause::AutomaticFailed
                } else {
                    GapCause::Failed
                };
                forecast.say(*at, cause, id);
                stands_still(since)
            }
            Phase::Ended { how, at, .. } => {
                let cause = match how {
                    End::Cancelled => GapCause::Cancelled,
                    End::Closed | End::Merged(_) => GapCause::Gone,
                };
                forecast.say(*at, cause, id);
                stands_still(since)
            }
            Phase::Deleted { at, .. } => {
                forecast.say(*at, GapCause::Gone, id);
                stands_still(since)
            }
            // Its turn came, but nothing was applied for.
            Phase::NotActivated { .. } => stands_still(since),
        }
    }
}
