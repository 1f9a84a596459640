//! Questions that a case answers without changing: when something is possible, what it would cost,
//! which buttons are live.

use alloc::vec::Vec;

use crate::model::{
    CertificateInstance, HoldState, Purchase, ResourcePlan, RevocationReason, Status, Timestamp,
};
use crate::rulebook::{DecisiveAct, RefundClause, RuleId, Window};

use super::case::{Case, Law};
use super::clause::Clause;
use super::command::{Command, CommandKind};
use super::condition::{Prospect, owned, prospects};
use super::decide::{clauses, decide};
use super::event::{Event, Events, PlanEvent, PurchaseEvent};
use super::evolve::{Streams, evolve, evolve_plan};
use super::outcome::return_window_of;
use super::refusal::Refusal;
use super::sample::typical;
use super::status::status;

/// When a command is possible in a case, as its facts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Now.
    Now {
        /// Until just before this instant; without an end if none.
        until: Option<Timestamp>,
        /// The rule that ends it, if it ends.
        rule: Option<RuleId>,
    },
    /// Later.
    From {
        /// From this instant on.
        at: Timestamp,
        /// Until just before this instant; without an end if none.
        until: Option<Timestamp>,
        /// The rule that opens it.
        rule: RuleId,
    },
    /// Not any more.
    Over {
        /// Since this instant.
        since: Timestamp,
        /// The rule that ended it.
        rule: RuleId,
    },
    /// Not while the facts are as they are.
    Never {
        /// The rule that forbids it.
        rule: RuleId,
    },
}

impl Availability {
    /// Whether it is possible now.
    #[must_use]
    pub const fn is_now(self) -> bool {
        match self {
            Self::Now { .. } => true,
            Self::From { .. } | Self::Over { .. } | Self::Never { .. } => false,
        }
    }
}

/// When a command is possible. It reads the clauses that [`decide()`] checks, so both agree (L10); it
/// allocates nothing.
#[must_use]
pub fn availability(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Availability {
    of_clauses(&clauses(case, command, law), now)
}

/// What clauses say together.
pub(super) fn of_clauses(all: &[Clause<'_>], now: Timestamp) -> Availability {
    if let Some(clause) = all.iter().find(|clause| clause.holds.is_never()) {
        return Availability::Never { rule: clause.rule };
    }
    let joint = all
        .iter()
        .fold(Window::ALWAYS, |joint, clause| joint.and(clause.holds));
    let ends = |until: Option<Timestamp>| {
        let until = until?;
        rule_where(all, |clause| clause.holds.until() == Some(until))
    };
    if joint.contains(now) {
        return Availability::Now {
            until: joint.until(),
            rule: ends(joint.until()),
        };
    }
    // A clause whose window is over rules the command out for good.
    let over = all
        .iter()
        .filter_map(|clause| Some((clause.holds.until()?, clause.rule)))
        .filter(|(until, _)| *until <= now)
        .min_by_key(|(until, _)| *until);
    if let Some((since, rule)) = over {
        return Availability::Over { since, rule };
    }
    match joint.from() {
        Some(at) => Availability::From {
            at,
            until: joint.until(),
            rule: rule_where(all, |clause| clause.holds.from() == Some(at)).unwrap_or(RuleId::R26),
        },
        // Windows that never meet.
        None => Availability::Never {
            rule: rule_where(all, |clause| !clause.holds.contains(now)).unwrap_or(RuleId::R26),
        },
    }
}

fn rule_where(all: &[Clause<'_>], fits: impl Fn(&Clause<'_>) -> bool) -> Option<RuleId> {
    all.iter()
        .find(|clause| fits(clause))
        .map(|clause| clause.rule)
}

/// What happens to the unit of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitChange {
    /// Where it stands before; none if there is no unit yet.
    pub before: Option<HoldState>,
    /// Where it stands after.
    pub after: Option<HoldState>,
    /// Units left before on the plan: the one that a renewal takes a unit of, else the instance's own.
    pub remaining_before: u32,
    /// Units left on it after.
    pub remaining_after: u32,
}

/// A decision and its price, without carrying it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What would happen.
    pub events: Events,
    /// The status after it.
    pub status: Option<Status>,
    /// What happens to the unit.
    pub unit: UnitChange,
    /// Revocations charged on the purchase, or without one on the plan, before and after.
    pub revocations: (u32, u32),
    /// The cash that goes back with these events, in minor units of the payment's currency (R-29 to
    /// R-32). A claim that goes to review pays nothing yet: the status is then
    /// [`Status::RefundReview`], and what is at stake is the cash of the
    /// [bill](crate::model::Bill).
    pub refund: u64,
    /// For a revocation: the window into which its decisive act must fall for the unit to return.
    pub returns: Option<(DecisiveAct, Window)>,
}

/// The cash that goes back with these events.
fn paid_back(events: &Events) -> u64 {
    let cash = events.iter().map(|event| match event {
        Event::Plan {
            event: PlanEvent::Refunded { cash, .. },
            ..
        }
        | Event::Purchase {
            event: PurchaseEvent::Refunded { cash, .. },
            ..
        } => *cash,
        Event::Instance { .. }
        | Event::Plan { .. }
        | Event::Chain { .. }
        | Event::Purchase { .. } => 0,
    });
    cash.fold(0, u64::saturating_add)
}

/// Whether a command is a step of a revocation, after which the unit may return.
const fn revokes(command: &Command) -> bool {
    match command {
        Command::RequestRevocation { .. }
        | Command::ConfirmRevocation
        | Command::CompleteRevocation { .. }
        | Command::RecordCaRevocation { .. } => true,
        Command::BuyPlan { .. }
        | Command::Buy(_)
        | Command::Draw(_)
        | Command::Submit { .. }
        | Command::Apply { .. }
        | Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::Close
        | Command::Merge
        | Command::Collect
        | Command::DeleteCertificate
        | Command::Deploy { .. }
        | Command::Undeploy { .. }
        | Command::Renew { .. }
        | Command::EnableHosting(_)
        | Command::Upload(_)
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::GrantRefund
        | Command::RefuseRefund { .. }
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Approve { .. }
        | Command::Reject { .. }
        | Command::RefuseRevocation { .. }
        | Command::Activate { .. }
        | Command::Wake => false,
    }
}

/// Decides a command and prices the decision; nothing is changed.
///
/// # Errors
/// The [`Refusal`] that [`decide()`] would give.
#[expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]
pub fn preview(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Result<Preview, Refusal> {
    let events = decide(case, command, now, law)?;
    // What belongs to another account has no price here (L12).
    let own_instance = owned(case);
    let own_plan = case.plan.filter(|plan| plan.account == case.account);
    let own_purchase = case.purchase.filter(|own| own.account == case.account);
    let mut after = Streams {
        instance: own_instance.cloned(),
        plan: own_plan.cloned(),
        chain: case
            .chain
            .filter(|chain| chain.account == case.account)
            .cloned(),
        purchase: own_purchase.cloned(),
    };
    for event in &events {
        evolve(&mut after, event);
    }
    let later = Case {
        instance: after.instance.as_ref(),
        plan: after.plan.as_ref(),
        chain: after.chain.as_ref(),
        purchase: after.purchase.as_ref(),
        ..*case
    };
    let unit = |instance: Option<&CertificateInstance>| {
        instance
            .and_then(CertificateInstance::hold)
            .map(|hold| hold.state)
    };
    let remaining = |plan: Option<&ResourcePlan>| plan.map_or(0, ResourcePlan::remaining);
    let by_unit = matches!(command, Command::Renew { paid: None, .. });
    let mut drawn = case.draw_from.filter(|_| by_unit).cloned();
    let remaining_before = remaining(drawn.as_ref().or(own_plan));
    if let Some(id) = drawn.as_ref().map(ResourcePlan::id) {
        for event in &events {
            match event {
                Event::Plan { id: of, event } if *of == id => evolve_plan(&mut drawn, id, event),
                Event::Plan { .. }
                | Event::Instance { .. }
                | Event::Chain { .. }
                | Event::Purchase { .. } => {}
            }
        }
    }
    let revocations =
        |purchase: Option<&Purchase>, plan: Option<&ResourcePlan>| match (purchase, plan) {
            (Some(purchase), _) => purchase.revocations,
            (None, Some(plan)) => plan.revocations,
            (None, None) => 0,
        };
    let returns = revokes(command)
        .then(|| return_window(case, law))
        .flatten()
        .map(|window| (law.application.return_act().value, window));
    Ok(Preview {
        status: status(&later, now, law.conduct),
        unit: UnitChange {
            before: unit(own_instance),
            after: unit(later.instance),
            remaining_before,
            remaining_after: remaining(drawn.as_ref().or(later.plan)),
        },
        revocations: (
            revocations(own_purchase, own_plan),
            revocations(later.purchase, later.plan),
        ),
        refund: paid_back(&events),
        returns,
        events,
    })
}

/// The window into which the decisive act of a revocation must fall for the unit to return (R-27);
/// none without a certificate, and none where no unit of a plan is held.
#[must_use]
pub fn return_window(case: &Case<'_>, law: &Law<'_>) -> Option<Window> {
    owned(case)
        .filter(|instance| instance.hold().is_some())
        .and_then(CertificateInstance::live)
        .map(|live| return_window_of(case, live, law))
}

/// The clause that a claim made now would be decided by (R-29): the first one whose bounds hold. None
/// where no claim is possible, and for plans, of which one clause alone speaks.
///
/// ```
/// use cert_lifecycle::lifecycle::sample::sample;
/// use cert_lifecycle::lifecycle::{Law, deciding_clause};
/// use cert_lifecycle::model::{Status, ValidationClass};
/// use cert_lifecycle::rulebook::{Review, Rulebook};
/// let book = Rulebook::published();
/// let edition = book.edition("2020-12")?;
/// let law = Law::single(&edition, book.ceilings());
/// let bought = sample(Some(Status::PendingApplication), ValidationClass::Dv, &law).ok_or("no sample")?;
/// let case = bought.world.case();
/// let now = deciding_clause(&case, bought.now, &law).ok_or("no clause")?;
/// assert_eq!(now.review, Review::Instant);
/// let later = deciding_clause(&case, bought.now.saturating_add(6 * 86_400), &law).ok_or("no clause")?;
/// assert_eq!(later.review, Review::WorkingDays(15));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn deciding_clause<'a>(
    case: &Case<'a>,
    now: Timestamp,
    law: &Law<'a>,
) -> Option<&'a RefundClause> {
    let open = |one: &Prospect<'_>| one.first.is_none() && one.window.contains(now);
    prospects(case, law)
        .into_iter()
        .find(open)
        .map(|one| one.clause)
}

/// A command that a holder could give, with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The command.
    pub command: CommandKind,
    /// When it is possible.
    pub availability: Availability,
    /// Why it is not possible now, if it is not.
    pub refusal: Option<Refusal>,
}

/// The buttons that a console would show for an instance: every command that its holder can give
/// for it, and for those that are not possible now, why.
///
/// `Deploy` is asked about for the first product of the edition's list, and the few commands that
/// need something handed in with what is typical for the instance: another argument may have another
/// answer, which [`availability`] gives.
#[must_use]
pub fn allowed(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> Vec<Offer> {
    let commands = offered(case, law);
    commands
        .iter()
        .map(|command| Offer {
            command: command.kind(),
            availability: availability(case, command, now, law),
            refusal: decide(case, command, now, law).err(),
        })
        .collect()
}

/// The commands that [`allowed`] asks about.
pub(super) fn offered(case: &Case<'_>, law: &Law<'_>) -> Vec<Command> {
    let mut commands = Vec::from([
        Command::Withdraw,
        Command::Delete,
        Command::CancelOrder,
        Command::Close,
        Command::RequestRevocation {
            reason: RevocationReason::Unspecified,
        },
        Command::ConfirmRevocation,
        Command::Collect,
        Command::DeleteCertificate,
        Command::ClaimRefund,
        Command::CancelRefund,
    ]);
    if let Some(instance) = owned(case) {
        commands.extend(typical(instance, law));
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::super::clause::{WayOut, Why};
    use super::super::condition::clause;
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn asked(windows: &[(RuleId, Window)], now: i64) -> Availability {
        let all: Vec<_> = windows
            .iter()
            .map(|&(rule, window)| clause(rule, Why::Expired, window, WayOut::None))
            .collect();
        of_clauses(&all, at(now))
    }

    #[test]
    fn l10_windows_that_never_meet_are_closed_by_the_one_that_is_not_open() {
        let apart = [
            (RuleId::R27, Window::before(at(10))),
            (RuleId::R50, Window::starting(at(20))),
        ];
        let never = |rule| Availability::Never { rule };
        assert_eq!(asked(&apart, 5), never(RuleId::R50));
        // Once the first one is over, that is why.
        let over = Availability::Over {
            since: at(10),
            rule: RuleId::R27,
        };
        assert_eq!(asked(&apart, 10), over);
        assert_eq!(asked(&apart, 25), over);
    }

    #[test]
    fn l10_what_is_open_tells_its_end_and_what_comes_its_beginning() {
        let both = [
            (RuleId::R27, Window::before(at(30))),
            (RuleId::R50, Window::between(at(20), at(40))),
        ];
        let from = Availability::From {
            at: at(20),
            until: Some(at(30)),
            rule: RuleId::R50,
        };
        assert_eq!(asked(&both, 19), from);
        let now = Availability::Now {
            until: Some(at(30)),
            rule: Some(RuleId::R27),
        };
        assert_eq!(asked(&both, 20), now);
        assert_eq!(asked(&both, 29), now);
        let over = Availability::Over {
            since: at(30),
            rule: RuleId::R27,
        };
        assert_eq!(asked(&both, 30), over);
    }
}
