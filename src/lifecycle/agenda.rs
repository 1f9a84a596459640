//! The agenda of a case: what happens by itself, and what becomes possible or impossible, and when.

use alloc::vec::Vec;
use core::fmt;

use crate::model::{
    CertificateInstance, Day, EditionKey, HoldState, OrderId, Phase, RevocationReason, Timestamp,
};
use crate::rulebook::{
    Calendar, Cite, DecisiveAct, Edition, Field, Method, RefundAct, RefundCase, RefundTrigger,
    Review, RuleId, Sources, Standing, Window,
};

use super::case::{Case, Law};
use super::clause::{Basis, Clause, Why};
use super::command::{Command, CommandKind};
use super::condition::{Prospect, Step, due_before, handed_down, owned, prospects};
use super::decide::clauses;
use super::outcome::{notice_window, return_window_of};
use super::question::offered;
use super::status::{announced, refund_of, serving, status, unexpired};
use super::term::term_end;

/// What is due at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DueKind {
    /// The service announces the coming expiry: [`Command::Wake`] (R-42).
    Notice,
    /// The service activates this member of a chain and applies for it: [`Command::Activate`] (R-46).
    Activation,
    /// The service activates the member of the chain that waits behind this one (R-46). Listed only
    /// where one edition of the law is that which the chain is pinned to; where hosting was enabled
    /// under one that is in force no more, see [`Activation`](Self::Activation) in the agenda of the
    /// member itself.
    NextActivation,
    /// The certificate shows Pending Expiration (R-42).
    PendingExpiration,
    /// The certificate shows Expired (R-44).
    Expiry,
    /// A command becomes possible.
    Opens(CommandKind),
    /// A command is possible no more.
    Closes(CommandKind),
    /// A revocation brings the unit of the plan back no more (R-27).
    ReturnEnds,
    /// A clause pays the price of the purchase back no more, as the certificate stands or once it is
    /// withdrawn or revoked (R-29).
    RefundEnds {
        /// The condition that the clause speaks of.
        of: RefundCase,
        /// How it handles a claim.
        review: Review,
    },
    /// The next clause of a value comes into force and changes an answer about this case.
    RuleChange(Field),
    /// A message about the expiry goes out so many days before it.
    Message {
        /// The lead.
        days: u16,
    },
    /// The settings of what expired are kept no longer.
    GraceEnds,
    /// The last safe day to ask for the revocation is over: by the usual length of its review it may
    /// come too late for the unit or the money (C6).
    LastSafeRevocation,
    /// The last safe day to claim the refund is over, by the margin that the edition advises (C6).
    LastSafeClaim,
    /// Certificates that are issued from here on are valid for so many days at most (K-08): one that
    /// replaces this one will be shorter.
    CeilingChange {
        /// The ceiling.
        max_days: u16,
    },
}

impl fmt::Display for DueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice => f.write_str("the coming expiry is announced"),
            Self::Activation => f.write_str("the service activates it and applies for it"),
            Self::NextActivation => f.write_str("the service activates the next certificate"),
            Self::PendingExpiration => f.write_str("it counts as about to expire"),
            Self::Expiry => f.write_str("it is expired"),
            Self::Opens(command) => write!(f, "from here on one can {}", command.phrase()),
            Self::Closes(command) => write!(f, "no more can one {}", command.phrase()),
            Self::ReturnEnds => f.write_str("a revocation brings the unit back no more"),
            Self::RefundEnds { of, review } => {
                write!(f, "no refund any more of what is {of}, {review}")
            }
            Self::RuleChange(field) => {
                f.write_str("another rule is in force:")?;
                field
                    .word()
                    .split('_')
                    .try_for_each(|word| write!(f, " {word}"))
            }
            Self::Message { days } => write!(f, "a message {days} days before expiry"),
            Self::GraceEnds => f.write_str("its settings are kept no longer"),
            Self::LastSafeRevocation => f.write_str("a revocation asked for now may come too late"),
            Self::LastSafeClaim => f.write_str("a refund claimed now may come too late"),
            Self::CeilingChange { max_days } => {
                write!(
                    f,
                    "certificates issued from here on are valid for {max_days} days at most"
                )
            }
        }
    }
}

/// Whether a decision depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// From this instant on some answer differs: a status, a decision, or its price.
    Guard,
    /// Information; no decision reads it.
    Advice,
}

/// What an entry rests on: sources and standing, and the edition that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The edition; none for the CA/Browser Forum's ceilings.
    pub edition: Option<EditionKey>,
    /// The sources.
    pub sources: Sources,
    /// How firmly it stands.
    pub standing: Standing,
}

impl Cited {
    fn by(edition: &Edition, cite: &Cite) -> Self {
        Self {
            edition: Some(edition.key()),
            sources: cite.sources.clone(),
            standing: cite.standing,
        }
    }

    fn of(basis: &Basis<'_>) -> Option<Self> {
        match basis {
            Basis::Rule => None,
            Basis::Pinned(edition, cite) | Basis::InForce(edition, cite) => {
                Some(Self::by(edition, cite))
            }
            Basis::Ceiling(entry) => Some(Self {
                edition: None,
                sources: entry.sources.clone(),
                standing: entry.standing,
            }),
        }
    }
}

/// An entry of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The first instant at which it is so.
    pub at: Timestamp,
    /// What.
    pub kind: DueKind,
    /// By which rule.
    pub rule: RuleId,
    /// What the rule rests on; none for a rule that no edition changes.
    pub basis: Option<Cited>,
    /// Whether a decision depends on it.
    pub weight: Weight,
}

impl Due {
    /// Whether the service itself has something to do then.
    #[must_use]
    pub const fn is_work(&self) -> bool {
        match self.kind {
            DueKind::Notice | DueKind::Activation => true,
            DueKind::NextActivation
            | DueKind::PendingExpiration
            | DueKind::Expiry
            | DueKind::Opens(_)
            | DueKind::Closes(_)
            | DueKind::ReturnEnds
            | DueKind::RefundEnds { .. }
            | DueKind::RuleChange(_)
            | DueKind::Message { .. }
            | DueKind::GraceEnds
            | DueKind::LastSafeRevocation
            | DueKind::LastSafeClaim
            | DueKind::CeilingChange { .. } => false,
        }
    }
}

/// Everything that will happen by itself, or become possible or impossible, in the order of time.
///
/// It reads the windows that [`decide()`](super::decide()) checks, so the two can't disagree: every
/// instant after `now` at which a command of [`allowed`](super::allowed) becomes possible or
/// impossible is an entry, and at every entry that is a [`Weight::Guard`] some answer changes. What
/// the service missed stands at `now`.
///
/// It goes by the facts and the law at hand. At a [`DueKind::RuleChange`] the edition in force
/// changes, and behind it the agenda should be asked for anew; clauses of which the rulebook does not
/// know yet change nothing. Ends of refunds and of the unit's return are those that the holder can
/// still reach, by withdrawing, or by revoking and before that cancelling the waiting members, if need be; that of a plan's refund is listed while
/// its ledger permits a claim. Working days are Monday to Friday
/// without holidays here; [`last_safe_day`] takes a list of them.
///
/// ```
/// use cert_lifecycle::lifecycle::sample::sample;
/// use cert_lifecycle::lifecycle::{DueKind, Law, agenda};
/// use cert_lifecycle::model::{Status, ValidationClass};
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let found = sample(Some(Status::Issued), ValidationClass::Dv, &law).ok_or("no sample")?;
/// let agenda = agenda(&found.world.case(), found.now, &law);
/// let at = |kind| agenda.iter().find(|due| due.kind == kind).map(|due| due.at.to_string());
/// // Issued on 2021-02-27 at +08:00, for a year.
/// assert_eq!(at(DueKind::ReturnEnds).as_deref(), Some("2021-03-29T16:00:00Z"));
/// assert_eq!(at(DueKind::Notice).as_deref(), Some("2022-01-27T16:00:00Z"));
/// assert_eq!(at(DueKind::Expiry).as_deref(), Some("2022-02-26T16:00:01Z"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn agenda(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> Vec<Due> {
    let mut list = List {
        now,
        entries: Vec::new(),
    };
    let commands = offered(case, law);
    for command in &commands {
        list.command(case, command, law);
    }
    list.refunds(case, law);
    if let Some(instance) = owned(case) {
        list.work(case, instance, law);
        list.states(case, instance, law);
        list.unit(case, instance, law);
        list.advice(case, instance, law);
        list.rules(case, &commands, law);
    }
    let mut entries = list.entries;
    entries.sort_by_key(|due| (due.at, due.kind));
    entries.dedup_by_key(|due| (due.at, due.kind));
    entries
}

/// When the service itself has something to do next: to send [`Command::Wake`] for the notice of an
/// instance (R-42), or [`Command::Activate`] for a member of a chain that waits (R-46). If it was
/// missed and still holds, that is `now`.
///
/// None if nothing will be due, as things stand; so whoever acts at this instant and asks again never
/// turns in a circle. It is the first entry of the [`agenda`] that [is work](Due::is_work), found
/// without heap memory.
#[must_use]
pub fn next_wakeup(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> Option<Timestamp> {
    let instance = owned(case)?;
    let notice = notice_window(instance, law).and_then(|window| still(window, now));
    let activation = activation(case, instance, law).and_then(|(window, _)| still(window, now));
    notice.into_iter().chain(activation).min()
}

/// The first instant from `now` on that is in a window.
fn still(window: Window, now: Timestamp) -> Option<Timestamp> {
    if window.is_never() || window.until().is_some_and(|until| until <= now) {
        return None;
    }
    Some(window.from().map_or(now, |from| from.max(now)))
}

/// The last day on which to ask for something that takes so many working days and must be through
/// within a window (C6, example 12 of the documents' boundaries). Advice, never a guard.
///
/// None if the window has no end, or no such day is found within ten years.
///
/// ```
/// use cert_lifecycle::lifecycle::last_safe_day;
/// use cert_lifecycle::model::Day;
/// use cert_lifecycle::rulebook::{Calendar, Method};
/// let calendar = Calendar::default();
/// let issued = "2021-01-20T10:00:00+08:00".parse()?;
/// // The window closes at the end of 2021-02-17, a Wednesday.
/// let window = calendar.within_days_of(issued, 28, Method::EndOfDay);
/// assert_eq!(last_safe_day(window, 5, &calendar, &[]), Some(Day::new(2021, 2, 10)?));
/// let spring_festival: Vec<Day> = (11..=17).map(|day| Day::new(2021, 2, day)).collect::<Result<_, _>>()?;
/// assert_eq!(last_safe_day(window, 5, &calendar, &spring_festival), Some(Day::new(2021, 2, 4)?));
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
#[must_use]
pub fn last_safe_day(
    window: Window,
    working_days: u16,
    calendar: &Calendar,
    holidays: &[Day],
) -> Option<Day> {
    let last = window.until()?.saturating_add(-1).day_in(calendar.offset);
    calendar.working_days_before(last, working_days, holidays)
}

/// When a command is possible, and the clauses that say so.
fn joint(all: &[Clause<'_>]) -> Window {
    all.iter()
        .fold(Window::ALWAYS, |joint, clause| joint.and(clause.holds))
}

fn possible(case: &Case<'_>, command: &Command, law: &Law<'_>) -> Window {
    joint(&clauses(case, command, law))
}

/// When a revocation can be asked for, once the waiting members of the chain are cancelled if need be
/// (T-24): they can be at any time while the certificate before them is not applied for.
fn revocable(case: &Case<'_>, law: &Law<'_>) -> Window {
    let unhosted = |clause: &&Clause<'_>| !matches!(clause.why, Why::Hosted);
    clauses(case, &revocation(), law)
        .iter()
        .filter(unhosted)
        .fold(Window::ALWAYS, |joint, clause| joint.and(clause.holds))
}

/// While the service can activate this member, and what that rests on.
fn activation(
    case: &Case<'_>,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Option<(Window, Option<Cited>)> {
    if !matches!(instance.phase, Phase::NotActivated { .. }) {
        return None;
    }
    let order = OrderId::new(u64::from(u32::MAX)).ok()?;
    let window = possible(case, &Command::Activate { order }, law);
    let trigger = law.money.hosting_trigger();
    Some((window, Some(Cited::by(law.money, &trigger.cite))))
}

const fn revocation() -> Command {
    Command::RequestRevocation {
        reason: RevocationReason::Unspecified,
    }
}

/// What is collected.
struct List {
    now: Timestamp,
    entries: Vec<Due>,
}

impl List {
    /// Something that is so from an instant on, if the instant is still to come.
    fn push(
        &mut self,
        at: Option<Timestamp>,
        kind: DueKind,
        rule: RuleId,
        basis: Option<Cited>,
        weight: Weight,
    ) {
        if let Some(at) = at.filter(|at| *at > self.now) {
            self.entries.push(Due {
                at,
                kind,
                rule,
                basis,
                weight,
            });
        }
    }

    /// Something that the service does, now if it was missed.
    fn push_work(&mut self, window: Window, kind: DueKind, rule: RuleId, basis: Option<Cited>) {
        if let Some(at) = still(window, self.now) {
            self.entries.push(Due {
                at,
                kind,
                rule,
                basis,
                weight: Weight::Guard,
            });
        }
    }

    /// When a command becomes possible and impossible (L10).
    fn command(&mut self, case: &Case<'_>, command: &Command, law: &Law<'_>) {
        let all = clauses(case, command, law);
        let window = joint(&all);
        if window.is_never() {
            return;
        }
        let kind = command.kind();
        let mut push = |at: Option<Timestamp>, due, bound: fn(Window) -> Option<Timestamp>| {
            let clause = all
                .iter()
                .find(|one| at.is_some() && bound(one.holds) == at);
            if let Some(clause) = clause {
                let basis = Cited::of(&clause.basis);
                self.push(at, due, clause.rule, basis, Weight::Guard);
            }
        };
        push(window.from(), DueKind::Opens(kind), Window::from);
        push(window.until(), DueKind::Closes(kind), Window::until);
    }

    /// R-42, R-46: the service's own work, and that on the member behind this one.
    fn work(&mut self, case: &Case<'_>, instance: &CertificateInstance, law: &Law<'_>) {
        if let Some(window) = notice_window(instance, law) {
            let basis = Cited::by(law.conduct, &law.conduct.notice().cite);
            self.push_work(window, DueKind::Notice, RuleId::R42, Some(basis));
        }
        if let Some((window, basis)) = activation(case, instance, law) {
            self.push_work(window, DueKind::Activation, RuleId::R46, basis);
        }
        if let Some((window, edition)) = next_activation(case, instance, law) {
            let basis = Cited::by(edition, &edition.hosting_trigger().cite);
            self.push_work(window, DueKind::NextActivation, RuleId::R46, Some(basis));
        }
    }

    /// R-42, R-44: where the status changes with time alone.
    fn states(&mut self, case: &Case<'_>, instance: &CertificateInstance, law: &Law<'_>) {
        let Some(certificate) = instance.certificate() else {
            return;
        };
        let changes = |at: &Timestamp| {
            let before = status(case, at.saturating_add(-1), law.conduct);
            before != status(case, *at, law.conduct)
        };
        let notice = Cited::by(law.conduct, &law.conduct.notice().cite);
        let calendar = Cited::by(law.conduct, &law.conduct.calendar().cite);
        let expiring = announced(certificate, law.conduct).from().filter(changes);
        let expired = unexpired(certificate, law.conduct).until().filter(changes);
        let guard = Weight::Guard;
        self.push(
            expiring,
            DueKind::PendingExpiration,
            RuleId::R42,
            Some(notice),
            guard,
        );
        self.push(expired, DueKind::Expiry, RuleId::R44, Some(calendar), guard);
    }

    /// R-27: until when a revocation brings the unit back.
    fn unit(&mut self, case: &Case<'_>, instance: &CertificateInstance, law: &Law<'_>) {
        let Phase::Live(live) = &instance.phase else {
            return;
        };
        let settled = instance.hold().is_some_and(|hold| {
            matches!(hold.state, HoldState::Settled)
                && case.plan.is_some_and(|plan| plan.id == hold.plan)
        });
        if !settled || !law.application.has_pin(&live.application.pin) {
            return;
        }
        let act = law.application.return_act().value;
        let window = return_window_of(case, live, law);
        let window = match (&live.revocation, act) {
            (Some(_), DecisiveAct::RevocationCompleted) => window,
            // What the holder asked for counts, whenever it is completed.
            (Some(_), DecisiveAct::RevocationRequested) => return,
            (None, _) => window.and(revocable(case, law)),
        };
        let basis = Cited::by(law.application, &law.application.return_days().cite);
        self.push(
            window.until(),
            DueKind::ReturnEnds,
            RuleId::R27,
            Some(basis),
            Weight::Guard,
        );
        if matches!(act, DecisiveAct::RevocationCompleted) && live.revocation.is_none() {
            self.safe_revocation(window, instance, law);
        }
    }

    /// R-29: until when each clause pays.
    fn refunds(&mut self, case: &Case<'_>, law: &Law<'_>) {
        let (Some(instance), all) = (owned(case), prospects(case, law)) else {
            return;
        };
        let reach = match all.first().map(|one| one.first) {
            Some(Some(Step::Withdrawal)) => possible(case, &Command::Withdraw, law),
            Some(Some(Step::Revocation)) => revocable(case, law),
            Some(Some(Step::Answer) | None) => Window::ALWAYS,
            None => return,
        };
        let by_itself = matches!(
            law.money.refund_trigger().value,
            RefundTrigger::OnRevocation
        );
        // How a claim would be handled: at once, or after a review.
        let handled = |at: Timestamp| {
            let open = |one: &&Prospect<'_>| one.window.and(reach).contains(at);
            all.iter()
                .find(open)
                .map(|one| match (one.first, one.clause.review) {
                    (Some(Step::Revocation | Step::Answer), _) if by_itself => true,
                    (_, review) => matches!(review, Review::Instant),
                })
        };
        for one in &all {
            let window = one.window.and(reach);
            let changes = |at: Timestamp| handled(at.saturating_add(-1)) != handled(at);
            let weight = match window.until() {
                Some(at) if changes(at) => Weight::Guard,
                Some(_) | None => Weight::Advice,
            };
            let kind = DueKind::RefundEnds {
                of: one.clause.case,
                review: one.clause.review,
            };
            let basis = Cited::by(law.money, &law.money.refund().cite);
            self.push(window.until(), kind, RuleId::R29, Some(basis), weight);
            let waits_for_ca = one
                .clause
                .limits
                .iter()
                .any(|limit| !matches!(limit.act, RefundAct::RevocationRequested));
            if one.first == Some(Step::Revocation) && waits_for_ca {
                self.safe_revocation(window, instance, law);
            }
        }
        self.safe_claim(instance, &all, law);
    }

    /// X-06, C6: until when a claim that is reviewed is safe to be through before the expiry.
    fn safe_claim(&mut self, instance: &CertificateInstance, all: &[Prospect<'_>], law: &Law<'_>) {
        let margin = law.money.refund_margin();
        let Some(certificate) = instance.certificate() else {
            return;
        };
        if margin.value.working == 0 {
            return;
        }
        let calendar = law.money.calendar().value;
        let alive = calendar.unexpired(certificate.validity().not_after());
        let Some(day) = last_safe_day(alive, margin.value.working, &calendar, &[]) else {
            return;
        };
        let over = day.plus_days(1).midnight(calendar.offset);
        let open = all.iter().any(|one| {
            one.first.is_none()
                && matches!(one.clause.review, Review::WorkingDays(_))
                && one.window.contains(over.saturating_add(-1))
        });
        if open {
            let basis = Cited::by(law.money, &margin.cite);
            self.push(
                Some(over),
                DueKind::LastSafeClaim,
                RuleId::R29,
                Some(basis),
                Weight::Advice,
            );
        }
    }

    /// C6: until when a revocation is safe to be through in time.
    fn safe_revocation(&mut self, window: Window, instance: &CertificateInstance, law: &Law<'_>) {
        let times = law.conduct.revocation_times();
        let days = times.value.of(instance.product.class).most;
        if days == 0 {
            return;
        }
        let calendar = law.conduct.calendar().value;
        let over = last_safe_day(window, days, &calendar, &[])
            .map(|day| day.plus_days(1).midnight(calendar.offset));
        let basis = Cited::by(law.conduct, &times.cite);
        self.push(
            over,
            DueKind::LastSafeRevocation,
            RuleId::R35,
            Some(basis),
            Weight::Advice,
        );
    }

    /// Messages, grace, and ceilings to come.
    fn advice(&mut self, case: &Case<'_>, instance: &CertificateInstance, law: &Law<'_>) {
        let calendar = law.conduct.calendar().value;
        let messages = law.conduct.messages();
        if let Some(certificate) = serving(instance) {
            let not_after = certificate.validity().not_after();
            let told = !matches!(instance.phase, Phase::Uploaded(_)) || messages.value.uploaded;
            for days in messages.value.leads.iter().copied().filter(|_| told) {
                let at = calendar.last_days_before(not_after, days, false).from();
                let basis = Cited::by(law.conduct, &messages.cite);
                let kind = DueKind::Message { days };
                self.push(at, kind, RuleId::R42, Some(basis), Weight::Advice);
            }
            let grace = law.conduct.grace();
            if let Some(days) = grace.value.0 {
                let kept = calendar.within_days_of(not_after, days, Method::EndOfDay);
                let basis = Cited::by(law.conduct, &grace.cite);
                let kind = DueKind::GraceEnds;
                self.push(kept.until(), kind, RuleId::R43, Some(basis), Weight::Advice);
            }
        }
        let Some(end) = end_in_sight(case, instance, self.now, law) else {
            return;
        };
        for entry in law.ceilings.entries() {
            if entry.value.from <= end {
                let kind = DueKind::CeilingChange {
                    max_days: entry.value.max_days,
                };
                let basis = Cited::of(&Basis::Ceiling(entry));
                let at = Some(entry.value.from);
                self.push(at, kind, RuleId::K08, basis, Weight::Advice);
            }
        }
    }

    /// The next clauses of the edition in force, where they change an answer about this case.
    fn rules(&mut self, case: &Case<'_>, commands: &[Command], law: &Law<'_>) {
        let offset = law.conduct.calendar().value.offset;
        let today = answers(case, commands, law);
        for line in law.conduct.changes() {
            let (field, cite) = line;
            let Some(day) = cite.until else { continue };
            let from = Window::starting(day.midnight(offset));
            let Some(conduct) = law.conduct.following(field) else {
                continue;
            };
            let law = Law {
                conduct: &conduct,
                ..*law
            };
            let then = answers(case, commands, &law);
            let differs = today
                .iter()
                .zip(&then)
                .any(|(one, other)| differ(one.and(from), other.and(from)));
            if differs {
                let basis = Cited::by(law.conduct, cite);
                let (kind, rule) = (DueKind::RuleChange(field), RuleId::R28);
                self.push(from.from(), kind, rule, Some(basis), Weight::Guard);
            }
        }
    }
}

fn differ(one: Window, other: Window) -> bool {
    one != other && !(one.is_never() && other.is_never())
}

/// The windows of everything that is asked about a case.
fn answers(case: &Case<'_>, commands: &[Command], law: &Law<'_>) -> Vec<Window> {
    let mut all: Vec<Window> = commands
        .iter()
        .map(|command| possible(case, command, law))
        .collect();
    if let Some(instance) = owned(case) {
        all.push(notice_window(instance, law).unwrap_or(Window::NEVER));
        let watched = instance
            .certificate()
            .filter(|_| matches!(instance.phase, Phase::Live(_) | Phase::Uploaded(_)));
        if let Some(certificate) = watched {
            all.push(announced(certificate, law.conduct));
            all.push(unexpired(certificate, law.conduct));
        }
    }
    all
}

/// R-46, seen from the certificate that a waiting member follows: the window, and the edition that the
/// chain is pinned to.
fn next_activation<'a>(
    case: &Case<'_>,
    instance: &CertificateInstance,
    law: &Law<'a>,
) -> Option<(Window, &'a Edition)> {
    let chain = case.chain.filter(|chain| {
        chain.account == case.account
            && instance.chain() == Some(chain.id)
            && chain.hosts(instance.id)
    })?;
    // Hosting may have been bought later than the certificate, under another edition.
    let edition = [law.money, law.conduct, law.application]
        .into_iter()
        .find(|edition| edition.has_pin(&chain.pin))?;
    handed_down(chain, instance)?;
    if !matches!(refund_of(case, instance), crate::model::RefundState::None) {
        return None;
    }
    let not_after = serving(instance)?.validity().not_after();
    let law = Law {
        money: edition,
        ..*law
    };
    Some((
        due_before(not_after, edition.hosting_trigger().value, &law),
        edition,
    ))
}

/// When the certificate of an instance ends, or the one that it will have.
fn end_in_sight(
    case: &Case<'_>,
    instance: &CertificateInstance,
    now: Timestamp,
    law: &Law<'_>,
) -> Option<Timestamp> {
    match &instance.phase {
        Phase::Live(_) | Phase::Uploaded(_) => Some(instance.certificate()?.validity().not_after()),
        Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. } => Some(term_end(instance, now, law)),
        Phase::NotActivated { .. } => Some(serving(case.other?)?.validity().not_after()),
        Phase::Revoked { .. } | Phase::Ended { .. } | Phase::Deleted { .. } => None,
    }
}
