//! Asking: the world of each account, the editions that judge it, and the answer as JSON.

use std::collections::BTreeMap;

use cert_lifecycle::codec::command::{Focus, Step, command_type};
use cert_lifecycle::codec::stored::encode_event;
use cert_lifecycle::lifecycle::{
    Availability, ChainEvent, Command, Event, Events, InstanceEvent, Law, PlanEvent, PurchaseEvent,
    Refusal, RefusalKind, World, availability, next_wakeup, status,
};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, ChainId, EditionKey, InstanceId, PlanId, Purchase, PurchaseId,
    RefundState, ResourcePlan, Status, Timestamp,
};
use cert_lifecycle::rulebook::{ResolveError, Standing, Window};
use cert_lifecycle::service::{Editions, Rules};

use super::json::{Object, list, quoted, slug};
use super::missed::missed;

/// Everything that happened so far, account by account.
#[derive(Debug)]
pub(crate) struct Worlds {
    rules: Rules,
    worlds: BTreeMap<AccountId, Lived>,
}

/// What happened for an account.
#[derive(Debug)]
struct Lived {
    world: World,
    /// How far its time came.
    latest: Timestamp,
}

impl Lived {
    fn new(account: AccountId) -> Self {
        Self {
            world: World::new(account),
            latest: Timestamp::MIN,
        }
    }
}

/// What was answered, and what is so afterwards.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The edition in force.
    edition: EditionKey,
    /// When the command is possible, as the facts stood.
    availability: Availability,
    /// The answer.
    pub(crate) answer: Result<Events, Refusal>,
    /// Whether an earlier step of the account is of a later instant.
    pub(crate) goes_back: bool,
    /// What the step does not name, or names and is not there, if it is refused for that.
    pub(crate) note: Option<String>,
    /// The status of the instance.
    status: Option<Status>,
    /// When the service has something to do by itself.
    next: Option<Timestamp>,
    /// The plan and the purchase that were looked at.
    ledger: Option<String>,
}

/// The editions that judge a step in a world that looks at what the step names.
pub(crate) fn editions(
    rules: &Rules,
    world: &mut World,
    step: &Step,
) -> Result<Editions, ResolveError> {
    let on = if begins(&step.command) {
        Focus::NOTHING
    } else {
        step.on
    };
    world.look_at(on.instance);
    world.choose_plan(on.plan);
    world.set_other(on.other);
    let conduct = rules.in_force(step.at)?;
    let law = Law::single(&conduct, rules.book().ceilings());
    let case = world.case_for(&step.command, step.at, &law);
    rules.editions_of(&case, &step.command, step.at)
}

/// What begins something new looks at nothing that is there already.
const fn begins(command: &Command) -> bool {
    matches!(
        command,
        Command::BuyPlan { .. } | Command::Buy(_) | Command::Upload(_)
    )
}

impl Worlds {
    /// Nothing has happened yet.
    pub(crate) const fn new(rules: Rules) -> Self {
        Self {
            rules,
            worlds: BTreeMap::new(),
        }
    }

    pub(crate) const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Takes a journal for granted: each stream in the world of the account that it belongs to, so
    /// that nobody else finds it (L12). What never began is passed over.
    pub(crate) fn fold(&mut self, journal: &[Event]) {
        let mut owners: BTreeMap<Stream, AccountId> = BTreeMap::new();
        for event in journal {
            let (stream, account) = stream_of(event);
            if let Some(account) = account {
                owners.entry(stream).or_insert(account);
            }
            if let Some(owner) = owners.get(&stream) {
                self.world(*owner).fold(event);
            }
        }
    }

    /// The world of an account.
    pub(crate) fn world(&mut self, account: AccountId) -> &mut World {
        let lived = self.worlds.entry(account);
        &mut lived.or_insert_with(|| Lived::new(account)).world
    }

    /// Decides a step, and lets what was decided happen.
    pub(crate) fn ask(&mut self, step: &Step) -> Result<Asked, ResolveError> {
        // An account for which nothing happened takes no memory.
        let mut fresh = Lived::new(step.account);
        let (lived, is_new) = match self.worlds.get_mut(&step.account) {
            Some(lived) => (lived, false),
            None => (&mut fresh, true),
        };
        let world = &mut lived.world;
        let editions = editions(&self.rules, world, step)?;
        let law = editions.law(self.rules.book());
        let possible = {
            let case = world.case_for(&step.command, step.at, &law);
            availability(&case, &step.command, step.at, &law)
        };
        let answer = world.apply(&step.command, step.at, &law);
        let refusal = answer.as_ref().err();
        let note = refusal.and_then(|refusal| missed(world, step, refusal));
        let case = world.case();
        // What comes next is judged by what the instance is bound to now.
        let bound = self.rules.editions_of(&case, &Command::Wake, step.at);
        let next = bound
            .ok()
            .and_then(|bound| next_wakeup(&case, step.at, &bound.law(self.rules.book())));
        let asked = Asked {
            edition: editions.conduct().key(),
            availability: possible,
            status: status(&case, step.at, law.conduct),
            next,
            ledger: ledger(case.plan, case.purchase),
            answer,
            goes_back: step.at < lived.latest,
            note,
        };
        lived.latest = lived.latest.max(step.at);
        if is_new && asked.answer.is_ok() {
            self.worlds.insert(step.account, fresh);
        }
        Ok(asked)
    }
}

/// Which stream an event is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stream {
    Instance(InstanceId),
    Plan(PlanId),
    Chain(ChainId),
    Purchase(PurchaseId),
}

/// The stream of an event, and whose it is if it begins there.
fn stream_of(event: &Event) -> (Stream, Option<AccountId>) {
    match event {
        Event::Instance { id, event } => {
            let account = match event {
                InstanceEvent::Submitted(begun) => Some(begun.account),
                InstanceEvent::Opened(begun) => Some(begun.account),
                InstanceEvent::Uploaded(begun) => Some(begun.account),
                InstanceEvent::Applied(_)
                | InstanceEvent::Closed { .. }
                | InstanceEvent::Merged { .. }
                | InstanceEvent::Absorbed { .. }
                | InstanceEvent::ChainJoined { .. }
                | InstanceEvent::Deployed { .. }
                | InstanceEvent::Undeployed { .. }
                | InstanceEvent::ChallengeReceived { .. }
                | InstanceEvent::DomainConfirmed { .. }
                | InstanceEvent::Issued { .. }
                | InstanceEvent::Rejected { .. }
                | InstanceEvent::Withdrawn { .. }
                | InstanceEvent::Deleted { .. }
                | InstanceEvent::Cancelled { .. }
                | InstanceEvent::RevocationRequested { .. }
                | InstanceEvent::RevocationConfirmed { .. }
                | InstanceEvent::Revoked { .. }
                | InstanceEvent::RevocationRefused { .. }
                | InstanceEvent::ExpiryAnnounced { .. }
                | InstanceEvent::OrphanIssued { .. } => None,
            };
            (Stream::Instance(*id), account)
        }
        Event::Plan { id, event } => {
            let account = match event {
                PlanEvent::Bought(begun) => Some(begun.account),
                PlanEvent::Reserved { .. }
                | PlanEvent::Settled { .. }
                | PlanEvent::Returned { .. }
                | PlanEvent::CertificateIssued { .. }
                | PlanEvent::RevocationCharged { .. }
                | PlanEvent::RevocationGivenBack { .. }
                | PlanEvent::Refunded { .. } => None,
            };
            (Stream::Plan(*id), account)
        }
        Event::Chain { id, event } => {
            let account = match event {
                ChainEvent::Linked(begun) => Some(begun.account),
                ChainEvent::MemberBegun { .. } | ChainEvent::MemberCancelled { .. } => None,
            };
            (Stream::Chain(*id), account)
        }
        Event::Purchase { id, event } => {
            let account = match event {
                PurchaseEvent::Paid(begun) => Some(begun.account),
                PurchaseEvent::RevocationCharged { .. }
                | PurchaseEvent::RevocationGivenBack { .. }
                | PurchaseEvent::RefundClaimed { .. }
                | PurchaseEvent::RefundCancelled { .. }
                | PurchaseEvent::RefundRefused { .. }
                | PurchaseEvent::Refunded { .. } => None,
            };
            (Stream::Purchase(*id), account)
        }
    }
}

/// An answer as a line: with the number of the step's line, if it has one.
pub(crate) fn json(line: Option<u64>, step: &Step, asked: &Asked) -> String {
    let mut object = Object::new();
    if let Some(line) = line {
        object.raw("line", line);
    }
    object
        .text("at", step.at)
        .text("account", step.account)
        .text("command", command_type(&step.command))
        .text("edition", asked.edition);
    match &asked.answer {
        Ok(events) => {
            // Reading is permitted and leaves nothing behind.
            let reads = matches!(step.command, Command::Collect);
            let word = if events.is_empty() && !reads {
                "nothing"
            } else {
                "permitted"
            };
            let events_json = list(events.iter().map(encode_event));
            object
                .text("answer", word)
                .raw("rules", list(events.rules().iter().map(quoted)))
                .raw("events", events_json);
        }
        Err(refusal) => {
            object
                .text("answer", "refused")
                .raw("rules", list([quoted(refusal.rule())]))
                .raw("refusal", refusal_json(refusal));
            object.maybe("note", asked.note.as_ref());
        }
    }
    object.raw("possible", possible(asked.availability));
    object.maybe("status", asked.status.map(|status| slug(status.word())));
    object.maybe("next", asked.next);
    if let Some(ledger) = &asked.ledger {
        object.raw("ledger", ledger);
    }
    object.finish()
}

/// A step that no edition answers.
pub(crate) fn json_of_error(line: u64, field: &str, cause: &str) -> String {
    let mut object = Object::new();
    object
        .raw("line", line)
        .text("answer", "unreadable")
        .text("field", field)
        .text("error", cause);
    object.finish()
}

const fn kind(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::PlanNotFound => "plan-not-found",
        RefusalKind::QuotaExhausted => "quota-exhausted",
        RefusalKind::OrderNotFound => "order-not-found",
        RefusalKind::State => "state",
        RefusalKind::Application => "application",
        RefusalKind::CaAnswer => "ca-answer",
        RefusalKind::Misuse => "misuse",
    }
}

fn refusal_json(refusal: &Refusal) -> String {
    let mut object = Object::new();
    object
        .text("kind", kind(refusal.kind()))
        .text("rule", refusal.rule())
        .text("edition", refusal.edition())
        .text("why", refusal.why());
    match (refusal.sources(), refusal.rule().record()) {
        (Some(sources), _) => {
            object.raw("sources", list(sources.as_slice().iter().map(quoted)));
        }
        // No dated value decided: what the rule itself rests on.
        (None, Some(record)) => {
            object.raw("sources", list(record.sources.split(' ').map(quoted)));
        }
        (None, None) => {}
    }
    object
        .maybe("standing", refusal.standing().map(Standing::word))
        .maybe("status", refusal.status().map(|status| slug(status.word())))
        .raw("holds", window(refusal.holds()))
        .maybe("possible_from", refusal.permitted_from())
        .maybe("possible_until", refusal.permitted_until())
        .maybe("changes_on", refusal.changes_on())
        .maybe("way_out", refusal.way_out().phrase())
        .maybe("way_out_from", refusal.way_out().from())
        .text("text", refusal);
    object.finish()
}

/// A half-open window; `false` if it never holds.
pub(crate) fn window(window: Window) -> String {
    if window.is_never() {
        return "false".to_owned();
    }
    let mut object = Object::new();
    object
        .maybe("from", window.from())
        .maybe("until", window.until());
    object.finish()
}

/// When a command is possible.
pub(crate) fn possible(availability: Availability) -> String {
    let mut object = Object::new();
    match availability {
        Availability::Now { until, rule } => object
            .text("when", "now")
            .maybe("until", until)
            .maybe("rule", rule),
        Availability::From { at, until, rule } => object
            .text("when", "later")
            .text("from", at)
            .maybe("until", until)
            .text("rule", rule),
        Availability::Over { since, rule } => object
            .text("when", "over")
            .text("since", since)
            .text("rule", rule),
        Availability::Never { rule } => object.text("when", "never").text("rule", rule),
    };
    object.finish()
}

fn ledger(plan: Option<&ResourcePlan>, purchase: Option<&Purchase>) -> Option<String> {
    let mut object = Object::new();
    if let Some(plan) = plan {
        let mut of = Object::new();
        of.text("id", plan.id())
            .raw("total", plan.total())
            .raw("remaining", plan.remaining())
            .raw("reserved", plan.reserved())
            .raw("settled", plan.settled())
            .raw("issued", plan.issued())
            .raw("revocations", plan.revocations());
        refund(&mut of, plan.bill().refund);
        object.raw("plan", of.finish());
    }
    if let Some(purchase) = purchase {
        let mut of = Object::new();
        of.text("id", purchase.id())
            .raw("count", purchase.count())
            .raw("revocations", purchase.revocations());
        refund(&mut of, purchase.bill().refund);
        object.raw("purchase", of.finish());
    }
    (plan.is_some() || purchase.is_some()).then(|| object.finish())
}

fn refund(object: &mut Object, state: RefundState) {
    match state {
        RefundState::None => object,
        RefundState::Review { claimed_at } => object.text("claimed", claimed_at),
        RefundState::Refunded { at, cash } => object.text("refunded", at).raw("cash_back", cash),
    };
}

/// How a unit is held, in words.
pub(crate) fn unit_of(instance: Option<&CertificateInstance>) -> &'static str {
    use cert_lifecycle::model::HoldState;
    match instance.and_then(CertificateInstance::hold) {
        None => "none",
        Some(hold) => match hold.state {
            HoldState::Reserved => "reserved",
            HoldState::Settled => "settled",
            HoldState::Returned => "returned",
        },
    }
}
