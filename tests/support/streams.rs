//! Worlds of one account over all four streams: editions of every kind, timelines, and how they are
//! played.
//!
//! A timeline is a list of small numbers; what they mean is decided when it is played, from the
//! world as it is then. So most commands fit, and a shrunk timeline stays one.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Event, Events, Expect, Extension, InstanceEvent, Law, NewPurchase,
    Paid, Refusal, Slot, Upload, World, clauses, decide, expectations,
};
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{
    AccountId, Application, CertificateInstance, ChainId, Channel, Currency, Day, HostingChain,
    InstanceId, IssuedCertificate, KeyKind, KeySource, NameKind, Note, Offset, OrderId, Payment,
    Phase, Pin, PlanId, Product, ProductCode, Purchase, PurchaseId, RefundState, ResourcePlan,
    RevocationReason, RevocationStage, Site, SpkiDigest, Status, StatusSet, Submission, Target,
    Timestamp, ValidationClass, ValidationMethod,
};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, CarryOver, Ceilings, ClassSet, ConsumeAt, Consumption, DayCount, DecisiveAct,
    Edition, ExpiryInstant, Field, FreeLimit, HostingYears, LateHosting, Method, Permission,
    PlanRefundRule, RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule, RefundTrigger,
    RenewalResult, ReturnAnchor, ReturnDays, Review, RevocationLimit, Rulebook, RulebookParts,
    TargetSet, Trigger, Unused, UploadName,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::scene::{applicant, certificate, challenge, key_of, name, note, request};

/// Who acts.
pub fn owner() -> AccountId {
    AccountId::new("owner").unwrap()
}

/// Who has nothing here.
pub fn stranger() -> AccountId {
    AccountId::new("stranger").unwrap()
}

/// Sets a value in every clause of a kind.
macro_rules! set {
    ($parts:ident: $($field:ident = $value:expr;)*) => {
        $(for clause in &mut $parts.$field {
            clause.value.value = $value.clone();
        })*
    };
}

const PERMITTED: Permission = Permission::Allowed;
const REFUSED: Permission = Permission::Refused;

fn limit(anchor: Anchor, act: RefundAct, days: u16, method: Method) -> RefundLimit {
    RefundLimit {
        anchor,
        act,
        days,
        method,
    }
}

fn refund_clause(
    case: RefundCase,
    add_on: AddOn,
    limits: &[RefundLimit],
    review: Review,
) -> RefundClause {
    RefundClause {
        case,
        add_on,
        limits: limits.iter().copied().collect(),
        review,
    }
}

/// Nearly everything is sold and permitted.
fn generous(parts: &mut RulebookParts) {
    let live = [
        Status::Issued,
        Status::Hosted,
        Status::PendingExpiration,
        Status::Expired,
        Status::Revoked,
    ];
    let in_force = StatusSet::of(&live[..3]);
    let there = StatusSet::of(&live[..4]);
    let under_way = StatusSet::of(&[Status::DomainVerification, Status::Validating]);
    let ended = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
    let refund = RefundRule {
        clauses: [
            refund_clause(
                RefundCase::Unissued,
                AddOn::Any,
                &[limit(
                    Anchor::Payment,
                    RefundAct::Claim,
                    5,
                    Method::EndOfDay,
                )],
                Review::Instant,
            ),
            refund_clause(
                RefundCase::Unissued,
                AddOn::Any,
                &[limit(
                    Anchor::Payment,
                    RefundAct::Claim,
                    800,
                    Method::EndOfDay,
                )],
                Review::WorkingDays(3),
            ),
            refund_clause(
                RefundCase::Revoked,
                AddOn::Any,
                &[limit(
                    Anchor::Issuance,
                    RefundAct::Claim,
                    60,
                    Method::EndOfDay,
                )],
                Review::WorkingDays(3),
            ),
        ]
        .into_iter()
        .collect(),
    };
    set! { parts:
        hosting_years = HostingYears::up_to(4);
        hosting_trigger = Trigger { days: 30, strict: false };
        late_hosting = LateHosting::Unexpired;
        hosting_of_uploaded = PERMITTED;
        late_hosting_refund = PERMITTED;
        hosted_revocation = PERMITTED;
        closing = PERMITTED;
        merging = ClassSet { dv: true, ov: true, ev: true };
        free_limit = FreeLimit(None);
        free_revocation = PERMITTED;
        renewal = there;
        renewal_of_uploaded = there;
        renewal_result = RenewalResult::PendingApplication;
        carry_over = CarryOver { bought: true, uploaded: true };
        deletion = StatusSet::of(&live);
        deletion_of_uploaded = there;
        deletion_of_deployed = PERMITTED;
        download = there;
        download_of_uploaded = PERMITTED;
        deployment = in_force;
        targets = TargetSet::of("CDN SLB WAF");
        upload_name = UploadName { most_characters: 50, any_script: true };
        applying = ended;
        verified_first = ClassSet { dv: true, ov: false, ev: false };
        withdrawal = under_way;
        order_deletion = ended;
        order_cancellation = ended;
        revocation_limit = RevocationLimit::Unlimited;
        revocation_mail = ClassSet::NONE;
        refund = refund;
        refund_trigger = RefundTrigger::OnClaim;
        plan_refund = PlanRefundRule { days: None, method: Method::EndOfDay, unused: Unused::LedgerFull };
    }
    for clause in &mut parts.messages {
        clause.value.value.uploaded = true;
    }
}

/// Nearly everything is limited, and days are counted otherwise.
fn strict(parts: &mut RulebookParts) {
    generous(parts);
    let refund = RefundRule {
        clauses: [
            refund_clause(
                RefundCase::Unissued,
                AddOn::Without,
                &[limit(Anchor::Payment, RefundAct::Claim, 7, Method::Rolling)],
                Review::Instant,
            ),
            refund_clause(
                RefundCase::Revoked,
                AddOn::Any,
                &[
                    limit(
                        Anchor::Issuance,
                        RefundAct::RevocationRequested,
                        30,
                        Method::Rolling,
                    ),
                    limit(
                        Anchor::Payment,
                        RefundAct::RevocationCompleted,
                        60,
                        Method::Rolling,
                    ),
                ],
                Review::Instant,
            ),
        ]
        .into_iter()
        .collect(),
    };
    set! { parts:
        hosting_years = HostingYears { dv: 2, ov: 3, ev: 2 };
        hosting_trigger = Trigger { days: 30, strict: true };
        late_hosting = LateHosting::LastDays(30);
        hosting_of_uploaded = REFUSED;
        late_hosting_refund = REFUSED;
        hosted_revocation = REFUSED;
        closing = REFUSED;
        merging = ClassSet::OV_AND_EV;
        free_limit = FreeLimit(Some(3));
        free_revocation = REFUSED;
        renewal = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        renewal_of_uploaded = StatusSet::of(&[Status::PendingExpiration]);
        renewal_result = RenewalResult::Submitted;
        carry_over = CarryOver { bought: true, uploaded: false };
        deletion = StatusSet::of(&[Status::Revoked, Status::Expired]);
        deletion_of_uploaded = StatusSet::of(&[Status::Expired]);
        deletion_of_deployed = REFUSED;
        download = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        download_of_uploaded = REFUSED;
        deployment = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        targets = TargetSet::of("CDN");
        upload_name = UploadName { most_characters: 8, any_script: false };
        applying = StatusSet::of(&[Status::PendingApplication]);
        verified_first = ClassSet { dv: true, ov: true, ev: true };
        withdrawal = StatusSet::of(&[Status::DomainVerification]);
        order_deletion = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
        order_cancellation = StatusSet::EMPTY;
        revocation_limit = RevocationLimit::PerProduct;
        revocation_mail = ClassSet { dv: true, ov: true, ev: true };
        refund = refund;
        refund_trigger = RefundTrigger::OnRevocation;
        plan_refund = PlanRefundRule { days: Some(7), method: Method::Rolling, unused: Unused::NeverApplied };
        return_anchor = ReturnAnchor::Purchase;
        return_act = DecisiveAct::RevocationRequested;
        return_days = ReturnDays(28);
        return_method = Method::Rolling;
    }
    for clause in &mut parts.messages {
        clause.value.value.uploaded = false;
    }
    for clause in &mut parts.calendar {
        let calendar = &mut clause.value.value;
        calendar.offset = Offset::hours(-5);
        calendar.remaining = DayCount::Seconds;
        calendar.expiry = ExpiryInstant::AtLastSecond;
    }
}

/// Other values again, some of them between the two.
fn odd(parts: &mut RulebookParts) {
    generous(parts);
    let refund = RefundRule {
        clauses: [
            refund_clause(
                RefundCase::Unissued,
                AddOn::With,
                &[limit(
                    Anchor::Payment,
                    RefundAct::Claim,
                    28,
                    Method::EndOfDay,
                )],
                Review::WorkingDays(1),
            ),
            refund_clause(
                RefundCase::Revoked,
                AddOn::Any,
                &[limit(
                    Anchor::Issuance,
                    RefundAct::RevocationCompleted,
                    28,
                    Method::EndOfDay,
                )],
                Review::Instant,
            ),
        ]
        .into_iter()
        .collect(),
    };
    set! { parts:
        hosting_trigger = Trigger { days: 20, strict: true };
        late_hosting = LateHosting::MoreThan(60);
        late_hosting_refund = REFUSED;
        hosted_revocation = REFUSED;
        renewal = StatusSet::of(&[Status::Expired]);
        renewal_result = RenewalResult::Submitted;
        revocation_limit = RevocationLimit::PerAccount;
        revocation_mail = ClassSet::OV_AND_EV;
        order_deletion = StatusSet::EMPTY;
        consumption = Consumption {
            for_package: ConsumeAt::Submission,
            request: ConsumeAt::Submission,
            with_csr: ConsumeAt::Submission,
        };
        refund = refund;
        refund_trigger = RefundTrigger::OnRevocation;
        plan_refund = PlanRefundRule { days: Some(30), method: Method::EndOfDay, unused: Unused::LedgerFull };
        free_limit = FreeLimit(Some(1));
    }
}

/// Every edition that timelines are played under: the variants first, then the named points, then
/// points in between for both sites and every channel.
fn pool() -> &'static [Edition] {
    static POOL: OnceLock<Vec<Edition>> = OnceLock::new();
    POOL.get_or_init(|| {
        let day = |year| Day::new(year, 6, 1).unwrap().midnight(Offset::UTC);
        let variant = |change: fn(&mut RulebookParts)| {
            let mut parts = Rulebook::published().parts().clone();
            change(&mut parts);
            let book = Rulebook::new(parts).unwrap();
            book.as_of(day(2026), Site::Intl, Channel::Console).unwrap()
        };
        let mut all = vec![variant(generous), variant(strict), variant(odd)];
        let book = Rulebook::published();
        for point in book.points() {
            all.push(book.edition(point.key.as_str()).unwrap());
        }
        for year in 2019..=2027 {
            for site in Site::ALL {
                for channel in Channel::ALL {
                    all.extend(book.as_of(day(year), site, channel));
                }
            }
        }
        let mut known = Vec::new();
        all.retain(|edition| {
            let new = !known.contains(&edition.digest());
            known.push(edition.digest());
            new
        });
        all
    })
}

/// The generous, the strict and the odd variant.
pub fn variants() -> &'static [Edition] {
    &pool()[..3]
}

/// The published ceilings.
pub fn ceilings() -> &'static Ceilings {
    static BOOK: OnceLock<Rulebook> = OnceLock::new();
    BOOK.get_or_init(Rulebook::published).ceilings()
}

/// The editions of one timeline.
#[derive(Clone)]
pub struct Laws {
    /// The editions.
    pub all: Vec<Edition>,
    picks: Vec<(usize, Option<(Field, usize)>)>,
}

impl fmt::Debug for Laws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.picks.fmt(f)
    }
}

impl Laws {
    fn of(picks: Vec<(usize, Option<(Field, usize)>)>) -> Self {
        let all = picks
            .iter()
            .map(|(base, change)| match change {
                Some((field, donor)) => pool()[*base].with(*field, &pool()[*donor]),
                None => pool()[*base].clone(),
            })
            .collect();
        Self { all, picks }
    }

    /// The edition of a pin: every pin here is of one of them.
    pub fn pinned(&self, pin: Pin) -> &Edition {
        self.all.iter().find(|one| one.has_pin(&pin)).unwrap()
    }

    /// The law of a case under the edition in force: what is bound stays bound (L9).
    pub fn law<'a>(
        &'a self,
        case: &Case<'_>,
        command: Option<&Command>,
        conduct: &'a Edition,
    ) -> Law<'a> {
        let begins = command.is_some_and(|own| {
            matches!(
                own,
                Command::BuyPlan { .. } | Command::Buy(_) | Command::Upload(_)
            )
        });
        // A further application is judged by the edition in force, whatever an earlier one was bound to.
        let applies = |own: &CertificateInstance| match command {
            Some(Command::Renew { .. }) => true,
            Some(Command::Apply { .. }) => {
                matches!(own.phase(), Phase::Failed { .. } | Phase::Pending { .. })
            }
            _ => false,
        };
        let application = case
            .instance
            .filter(|own| !applies(own))
            .and_then(CertificateInstance::application)
            .map(Application::pin);
        let waits = case
            .instance
            .is_some_and(|own| matches!(own.phase(), Phase::NotActivated { .. }));
        // What pays for a member is asked for its money by its own pin, its turn by the chain's.
        let about_money = command.is_some_and(|own| matches!(own, Command::ClaimRefund));
        let chain = case
            .chain
            .filter(|_| waits && !about_money)
            .map(HostingChain::pin);
        let purchase = case.purchase.map(|own| own.bill().pin);
        let plan = case.plan.map(|own| own.bill().pin);
        let money = chain.or(purchase).or(plan).filter(|_| !begins);
        Law {
            money: money.map_or(conduct, |pin| self.pinned(pin)),
            application: application.map_or(conduct, |pin| self.pinned(pin)),
            conduct,
            ceilings: ceilings(),
        }
    }
}

/// Three editions: variants, published ones, and either with a field of another.
pub fn laws() -> impl Strategy<Value = Laws> {
    let count = pool().len();
    let base = prop_oneof![4 => Just(0), 3 => 0..3_usize, 3 => 0..count];
    let donor = prop_oneof![1 => 0..3_usize, 1 => 0..count];
    let change = prop_oneof![
        2 => Just(None),
        1 => (select(Field::ALL.to_vec()), donor).prop_map(Some),
    ];
    vec((base, change), 3).prop_map(Laws::of)
}

/// What a step asks for.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// What comes next in the life of the instance in focus.
    Next,
    /// The next member of some chain, when its turn comes.
    Advance,
    /// A command of a kind.
    Kind(CommandKind),
}

/// When a step happens.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// So many seconds later; earlier, if the clock was set back.
    Later(i64),
    /// At an instant at which some answer changes, or a second off.
    Edge(u8, i64),
    /// At the very end or beginning of time, for this step alone.
    Once(bool),
}

/// A step of a timeline.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What is asked for.
    pub act: Act,
    /// What is wrong with it; nothing, if 0.
    pub flaw: u8,
    /// Which of several contents it has.
    pub salt: [u8; 3],
    /// Which instance is brought into focus.
    pub focus: Option<u8>,
    /// When.
    pub when: When,
    /// Which edition comes into force.
    pub conduct: Option<u8>,
    /// Which edition a careless caller passes for money or the application.
    pub wrong: Option<(bool, u8)>,
}

fn steps() -> impl Strategy<Value = Step> {
    let act = prop_oneof![
        10 => Just(Act::Next),
        2 => Just(Act::Advance),
        7 => select(CommandKind::ALL.to_vec()).prop_map(Act::Kind),
    ];
    let when = prop_oneof![
        6 => (0_i64..7_200).prop_map(When::Later),
        2 => (0_i64..40 * SECONDS_PER_DAY).prop_map(When::Later),
        1 => (0_i64..400 * SECONDS_PER_DAY).prop_map(When::Later),
        1 => (-100_000_i64..0).prop_map(When::Later),
        3 => (any::<u8>(), -1_i64..=1).prop_map(|(which, by)| When::Edge(which, by)),
        1 => any::<bool>().prop_map(When::Once),
    ];
    (
        act,
        prop_oneof![5 => Just(0_u8), 1 => 1_u8..8],
        any::<[u8; 3]>(),
        prop_oneof![3 => Just(None), 2 => any::<u8>().prop_map(Some)],
        when,
        prop_oneof![8 => Just(None), 1 => (0_u8..3).prop_map(Some)],
        prop_oneof![15 => Just(None), 1 => (any::<bool>(), 0_u8..3).prop_map(Some)],
    )
        .prop_map(|(act, flaw, salt, focus, when, conduct, wrong)| Step {
            act,
            flaw,
            salt,
            focus,
            when,
            conduct,
            wrong,
        })
}

/// A timeline under its editions.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The editions.
    pub laws: Laws,
    /// The year in which it begins.
    pub year: i32,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Timelines of up to so many steps.
pub fn timelines(length: usize) -> impl Strategy<Value = Timeline> {
    let year = select(vec![2021, 2019, 2024, 2026]);
    (laws(), year, vec(steps(), length / 2..=length)).prop_map(|(laws, year, steps)| Timeline {
        laws,
        year,
        steps,
    })
}

/// One step, as it was played.
pub struct Moment<'a> {
    /// The editions.
    pub laws: &'a Laws,
    /// The world before.
    pub before: &'a World,
    /// The world after.
    pub after: &'a World,
    /// What was asked.
    pub command: &'a Command,
    /// When.
    pub now: Timestamp,
    /// What judged it.
    pub law: Law<'a>,
    /// Whether the law is the one that the case is bound to.
    pub proper: bool,
    /// The answer.
    pub answer: &'a Result<Events, Refusal>,
    /// Whether the answer was committed: it was granted, and what it expected was so.
    pub committed: bool,
    /// What happened before.
    pub journal: &'a [Event],
}

impl Moment<'_> {
    /// What was read.
    pub fn case(&self) -> Case<'_> {
        self.before.case_for(self.command, self.now, &self.law)
    }
}

/// How a timeline ended.
pub struct Ending {
    /// The world.
    pub world: World,
    /// Everything that happened.
    pub journal: Vec<Event>,
}

impl Timeline {
    /// Plays it, and shows every step.
    pub fn play(&self, mut visit: impl FnMut(&Moment<'_>)) -> Ending {
        let mut world = World::new(owner());
        let mut journal = Vec::new();
        let mut clock = Day::new(self.year, 3, 1).unwrap().midnight(Offset::UTC);
        let mut conduct = &self.laws.all[0];
        for (place, step) in self.steps.iter().enumerate() {
            if let Some(which) = step.conduct {
                conduct = &self.laws.all[usize::from(which)];
            }
            Self::look(&mut world, step);
            let now = self.instant(&world, step, &mut clock, conduct);
            let kind = match step.act {
                Act::Next => next_kind(&world, step.salt[0]),
                Act::Advance => CommandKind::Activate,
                Act::Kind(kind) => kind,
            };
            if kind == CommandKind::Merge {
                world.set_other(mergeable(&world, step.salt[1]));
            }
            let content = Content {
                flaw: step.flaw,
                salt: step.salt,
                number: 100 * (place as u64 + 1),
            };
            let law = self.laws.law(&world.case(), None, conduct);
            let command = content.command(kind, &world, now, &law);
            let case = world.case_for(&command, now, &law);
            let mut law = self.laws.law(&case, Some(&command), conduct);
            let proper = law;
            if let Some((money, which)) = step.wrong {
                let wrong = &self.laws.all[usize::from(which)];
                *(if money {
                    &mut law.money
                } else {
                    &mut law.application
                }) = wrong;
            }
            let before = world.clone();
            let answer = decide(&before.case_for(&command, now, &law), &command, now, &law);
            let committed = answer.as_ref().is_ok_and(|events| {
                expectations(&before.case_for(&command, now, &law), events, &law)
                    .iter()
                    .all(|expect| met(&world, expect))
            });
            if committed {
                let again = world.apply(&command, now, &law);
                assert_eq!(again, answer, "the world decides as `decide` does");
                journal.extend(answer.iter().flatten().cloned());
            }
            let moment = Moment {
                laws: &self.laws,
                before: &before,
                after: &world,
                command: &command,
                now,
                law,
                proper: law.money.digest() == proper.money.digest()
                    && law.application.digest() == proper.application.digest(),
                answer: &answer,
                committed,
                journal: &journal,
            };
            visit(&moment);
            world.set_other(None);
        }
        Ending { world, journal }
    }

    /// Brings an instance into focus.
    fn look(world: &mut World, step: &Step) {
        let waiting = |world: &World| -> Vec<InstanceId> {
            // One out of turn, now and then.
            let any = world
                .instances()
                .filter(|own| matches!(own.phase(), Phase::NotActivated { .. }))
                .map(CertificateInstance::id);
            if step.salt[2] % 4 == 3 {
                any.collect()
            } else {
                world.chains().filter_map(HostingChain::next).collect()
            }
        };
        let all: Vec<InstanceId> = match step.act {
            Act::Advance => waiting(world),
            Act::Next | Act::Kind(_) => world.instances().map(CertificateInstance::id).collect(),
        };
        let chosen = match step.act {
            Act::Advance => Some(step.salt[0]),
            Act::Next | Act::Kind(_) => step.focus,
        };
        if let Some(chosen) = chosen.filter(|_| !all.is_empty()) {
            world.focus(all[usize::from(chosen) % all.len()]);
        }
    }

    fn instant(
        &self,
        world: &World,
        step: &Step,
        clock: &mut Timestamp,
        conduct: &Edition,
    ) -> Timestamp {
        let law = self.laws.law(&world.case(), None, conduct);
        // At its turn, or a second before.
        if matches!(step.act, Act::Advance) {
            let activate = Content::plain(1).command(CommandKind::Activate, world, *clock, &law);
            let case = world.case();
            let due = edges(&case, &activate, &law)
                .into_iter()
                .find(|at| at > clock);
            if let Some(due) = due {
                *clock = due.saturating_add(-i64::from(step.salt[1] % 4 == 3));
            }
            return *clock;
        }
        match step.when {
            When::Later(seconds) => *clock = clock.saturating_add(seconds),
            When::Edge(which, by) => {
                let all: Vec<Timestamp> = all_edges(world, &law)
                    .into_iter()
                    .filter(|at| at > clock)
                    .collect();
                if !all.is_empty() {
                    *clock = all[usize::from(which) % all.len()].saturating_add(by);
                }
            }
            When::Once(end) => return if end { Timestamp::MAX } else { Timestamp::MIN },
        }
        *clock
    }
}

/// Whether an expectation holds; nothing else commits meanwhile.
pub fn met(world: &World, expect: &Expect) -> bool {
    match expect {
        Expect::NewOrder(order) => world.instances().all(|own| {
            own.order() != *order && own.earlier().iter().all(|one| one.order != *order)
        }),
        Expect::NewInstance(id) => world.instances().all(|own| own.id() != *id),
        Expect::NewPlan(id) => world.plans().all(|own| own.id() != *id),
        Expect::NewPurchase(id) => world.purchases().all(|own| own.id() != *id),
        Expect::NewChain(id) => world.chains().all(|own| own.id() != *id),
        Expect::Remaining(id, least) => world
            .plans()
            .any(|own| own.id() == *id && own.remaining() >= *least),
        Expect::FreeName(name) => world
            .instances()
            .all(|own| !matches!(own.phase(), Phase::Uploaded(there) if there.name() == name)),
        Expect::SameInstance(id) => world.instances().any(|own| own.id() == *id),
        Expect::SamePlan(id) => world.plans().any(|own| own.id() == *id),
        Expect::SamePurchase(id) => world.purchases().any(|own| own.id() == *id),
        Expect::SameChain(id) => world.chains().any(|own| own.id() == *id),
        Expect::SameBeside => true,
    }
}

/// The instants at which an answer about a command changes.
pub fn edges(case: &Case<'_>, command: &Command, law: &Law<'_>) -> Vec<Timestamp> {
    let mut all: Vec<Timestamp> = clauses(case, command, law)
        .iter()
        .flat_map(|clause| [clause.holds.from(), clause.holds.until()])
        .flatten()
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The instants at which an answer about any command changes, and those of the certificate.
pub fn all_edges(world: &World, law: &Law<'_>) -> Vec<Timestamp> {
    let case = world.case();
    let mut all: Vec<Timestamp> = CommandKind::ALL
        .iter()
        .flat_map(|kind| {
            let command = Content::plain(1).command(*kind, world, Timestamp::MIN, law);
            edges(&case, &command, law)
        })
        .collect();
    if let Some(certificate) = case.instance.and_then(CertificateInstance::certificate) {
        let not_after = certificate.validity().not_after();
        all.extend([certificate.validity().not_before(), not_after]);
        let days = law.conduct.notice().value.within_days;
        let calendar = law.conduct.calendar().value;
        all.extend(calendar.last_days_before(not_after, days, false).from());
        all.extend(calendar.unexpired(not_after).until());
    }
    // What a revocation gives back, and when.
    if let Some(live) = case.instance.and_then(CertificateInstance::live) {
        let rule = law.application.return_rule();
        let calendar = law.application.calendar().value;
        for anchor in [
            Some(live.issued_at()),
            case.plan.map(|own| own.bill().paid_at),
        ] {
            all.extend(
                anchor.and_then(|at| calendar.within_days_of(at, rule.days, rule.method).until()),
            );
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// What comes next in the life of the instance in focus.
fn next_kind(world: &World, salt: u8) -> CommandKind {
    use CommandKind as K;
    let of = |kinds: [K; 8]| kinds[usize::from(salt % 8)];
    let case = world.case();
    let Some(instance) = case.instance else {
        let draws = if case.plan.is_some() {
            [K::Submit, K::Draw]
        } else {
            [K::Buy, K::BuyPlan]
        };
        return of([
            K::Buy,
            K::Buy,
            K::Buy,
            K::BuyPlan,
            K::Upload,
            draws[0],
            draws[1],
            draws[0],
        ]);
    };
    if case
        .purchase
        .is_some_and(|own| matches!(own.bill().refund, RefundState::Review { .. }))
    {
        return of([
            K::GrantRefund,
            K::GrantRefund,
            K::RefuseRefund,
            K::CancelRefund,
            K::GrantRefund,
            K::RefuseRefund,
            K::CancelRefund,
            K::Buy,
        ]);
    }
    match instance.phase() {
        Phase::NotActivated { .. } => of([
            K::Activate,
            K::Activate,
            K::Activate,
            K::Activate,
            K::CancelOrder,
            K::ClaimRefund,
            K::ClaimRefund,
            K::Submit,
        ]),
        Phase::Bought { .. } => of([
            K::Apply,
            K::Apply,
            K::Apply,
            K::Apply,
            K::Apply,
            K::ClaimRefund,
            K::Close,
            K::Merge,
        ]),
        Phase::Verifying(application) if application.challenge().is_none() => K::ReceiveChallenge,
        Phase::Verifying(_) => of([
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::Withdraw,
            K::CancelOrder,
        ]),
        Phase::Validating(application) if application.key().is_none() => K::ReceiveChallenge,
        Phase::Validating(_) => of([
            K::Approve,
            K::Approve,
            K::Approve,
            K::Approve,
            K::Approve,
            K::Reject,
            K::Withdraw,
            K::Approve,
        ]),
        Phase::Failed { .. } | Phase::Pending { .. } => of([
            K::Apply,
            K::Apply,
            K::Apply,
            K::Delete,
            K::CancelOrder,
            K::ClaimRefund,
            K::Close,
            K::Approve,
        ]),
        Phase::Live(live) => match live.revocation().map(|own| own.stage) {
            None => of([
                K::RequestRevocation,
                K::Deploy,
                K::EnableHosting,
                K::Renew,
                K::Wake,
                K::RecordCaRevocation,
                K::Undeploy,
                K::Buy,
            ]),
            Some(RevocationStage::ToConfirm) if salt % 8 == 7 => K::CompleteRevocation,
            Some(RevocationStage::ToConfirm) => K::ConfirmRevocation,
            Some(RevocationStage::InReview) => of([
                K::CompleteRevocation,
                K::CompleteRevocation,
                K::CompleteRevocation,
                K::RefuseRevocation,
                K::RecordCaRevocation,
                K::CompleteRevocation,
                K::CompleteRevocation,
                K::RefuseRevocation,
            ]),
        },
        Phase::Revoked { .. } => of([
            K::ClaimRefund,
            K::ClaimRefund,
            K::ClaimRefund,
            K::DeleteCertificate,
            K::Renew,
            K::Buy,
            K::Approve,
            K::Upload,
        ]),
        Phase::Uploaded(_) => of([
            K::EnableHosting,
            K::Deploy,
            K::Undeploy,
            K::Renew,
            K::Wake,
            K::DeleteCertificate,
            K::EnableHosting,
            K::Buy,
        ]),
        Phase::Ended { .. } | Phase::Deleted { .. } => of([
            K::Buy,
            K::BuyPlan,
            K::Upload,
            K::Submit,
            K::Draw,
            K::Approve,
            K::ClaimRefund,
            K::Buy,
        ]),
    }
}

/// Another slot, one that was only bought if there is one.
fn mergeable(world: &World, salt: u8) -> Option<InstanceId> {
    let own = world.instance()?;
    let others: Vec<_> = world
        .instances()
        .filter(|one| one.id() != own.id())
        .collect();
    let fits: Vec<_> = others
        .iter()
        .filter(|one| matches!(one.phase(), Phase::Bought { .. }) && one.product() == own.product())
        .collect();
    if let Some(one) = fits.get(usize::from(salt) % fits.len().max(1)) {
        return Some(one.id());
    }
    others
        .get(usize::from(salt) % others.len().max(1))
        .map(|one| one.id())
}

/// What fills a command.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    /// What is wrong with it; nothing, if 0.
    pub flaw: u8,
    /// Which of several contents it has.
    pub salt: [u8; 3],
    /// The first of its new ids.
    pub number: u64,
}

impl Content {
    /// What fits, with new ids from a number on.
    pub const fn plain(number: u64) -> Self {
        Self {
            flaw: 0,
            salt: [0; 3],
            number: 1_000_000 + 100 * number,
        }
    }

    fn one_in(self, byte: usize, count: u8) -> bool {
        self.salt[byte] % count == count - 1
    }

    fn slot(self, by: u64) -> Slot {
        let number = self.number + by;
        Slot {
            instance: InstanceId::new(&format!("instance-{number}")).unwrap(),
            order: OrderId::new(number).unwrap(),
        }
    }

    fn payment(self) -> Payment {
        Payment {
            cash: if self.one_in(2, 6) {
                0
            } else {
                10_000 + u64::from(self.salt[2])
            },
            voucher: if self.one_in(1, 3) { 5_000 } else { 0 },
            currency: Currency::CNY,
            add_on: self.one_in(0, 4),
        }
    }

    fn paid(self) -> Paid {
        Paid {
            purchase: PurchaseId::new(&format!("purchase-{}", self.number)).unwrap(),
            payment: self.payment(),
        }
    }

    fn product(self) -> Product {
        let class = match self.salt[1] % 5 {
            0..=2 => ValidationClass::Dv,
            3 => ValidationClass::Ov,
            _ => ValidationClass::Ev,
        };
        let names = if self.one_in(2, 5) {
            NameKind::Wildcard
        } else {
            NameKind::Single
        };
        let free = class == ValidationClass::Dv && self.one_in(2, 4);
        let code = format!("console-{}-{names:?}-{free}", class.word());
        Product {
            code: ProductCode::new(&code).unwrap(),
            class,
            names,
            free,
        }
    }

    /// An application for a product.
    fn submission(self, product: Product) -> Arc<Submission> {
        let wildcard = (product.names == NameKind::Wildcard) != (self.flaw == 1);
        let domain = if wildcard {
            "*.example.com"
        } else {
            "www.example.com"
        };
        let mut names = vec![name(domain)];
        if self.flaw == 2 {
            names.extend((0..7).map(|place| name(&format!("host{place}.example.com"))));
        } else if self.one_in(0, 5) {
            names.push(name(if wildcard {
                "*.example.net"
            } else {
                "shop.example.com"
            }));
        }
        let company = product.class != ValidationClass::Dv && self.flaw != 3;
        let contact = applicant(company);
        let method = if self.one_in(1, 4) {
            ValidationMethod::File
        } else {
            ValidationMethod::Dns
        };
        let seed = format!("key of {}", self.number);
        let own = self.one_in(2, 3);
        if own && self.one_in(0, 2) {
            return Arc::new(Submission::with_csr(
                request(domain, &seed),
                contact,
                method,
            ));
        }
        let key = if self.flaw == 4 {
            KeySource::ServiceMade(KeyKind::Rsa { bits: 1_024 })
        } else if own {
            KeySource::Own(Arc::new(request(domain, &seed)))
        } else {
            KeySource::ServiceMade(KeyKind::Rsa { bits: 2_048 })
        };
        Arc::new(Submission::for_package(names, contact, method, key).unwrap())
    }

    /// A certificate from now on, for some while.
    fn issued(
        self,
        key: SpkiDigest,
        names: &[cert_lifecycle::model::DomainName],
        now: Timestamp,
        law: &Law<'_>,
    ) -> Arc<IssuedCertificate> {
        let days = [365, 90, 365, 20, 397, 31][usize::from(self.salt[2] % 6)];
        let last = law.ceilings.last_second(now);
        let until = match self.flaw {
            1 => last.saturating_add(1),
            2 => now.saturating_add(-1),
            _ => last.min(now.saturating_add(days * SECONDS_PER_DAY - 1)),
        };
        let from = if self.flaw == 2 {
            until.saturating_add(-SECONDS_PER_DAY)
        } else {
            now
        };
        let other = [name("other.example.com")];
        // Garbage may have no names at all.
        let names = if self.flaw == 3 || names.is_empty() {
            &other
        } else {
            names
        };
        let key = if self.flaw == 4 {
            SpkiDigest::of(b"another key")
        } else {
            key
        };
        certificate(key, names, from, until.max(from))
    }

    fn approval(self, world: &World, now: Timestamp, law: &Law<'_>) -> Arc<IssuedCertificate> {
        let none = self.issued(
            SpkiDigest::of(b"nobody's key"),
            &[name("www.example.com")],
            now,
            law,
        );
        let Some(instance) = world.instance() else {
            return none;
        };
        if let Some(earlier) = instance.earlier().last().and_then(|own| own.key)
            && self.one_in(0, 4)
        {
            return self.issued(earlier, &[name("www.example.com")], now, law);
        }
        match (instance.phase(), instance.application()) {
            (Phase::Live(live) | Phase::Revoked { live, .. }, _) if !self.one_in(1, 4) => {
                Arc::new(live.certificate().clone())
            }
            (_, Some(own)) => self.issued(key_of(own), own.names(), now, law),
            (Phase::Deleted { key, names, .. }, None) => self.issued(
                key.unwrap_or(SpkiDigest::of(b"some key")),
                names.as_deref().unwrap_or(&[name("www.example.com")]),
                now,
                law,
            ),
            (_, None) => none,
        }
    }

    fn upload(self, now: Timestamp, law: &Law<'_>) -> Upload {
        let key = SpkiDigest::of(&self.number.to_be_bytes());
        let names = ["mine", "yours", "mine_2", "a-name-that-is-longer"];
        let title = match self.flaw {
            5 => "not/allowed",
            6 => "",
            _ => names[usize::from(self.salt[0] % 4)],
        };
        let begun = now.saturating_add(-i64::from(self.salt[1]) * SECONDS_PER_DAY);
        let plain = Self { flaw: 0, ..self };
        Upload {
            slot: self.slot(1),
            product: self.product(),
            name: Note::new(title).unwrap_or_else(|_| note("?")),
            certificate: plain.issued(key, &[name("www.example.com")], begun, law),
            key: if self.flaw == 4 {
                SpkiDigest::of(b"another key")
            } else {
                key
            },
        }
    }

    /// Ids that are taken already, where there are some.
    fn taken(self, world: &World) -> Slot {
        let own = world.instances().last();
        own.map_or(self.slot(1), |own| Slot {
            instance: own.id(),
            order: own.order(),
        })
    }

    fn first_slot(self, world: &World) -> Slot {
        if self.flaw == 7 {
            self.taken(world)
        } else {
            self.slot(1)
        }
    }

    fn purchase(self, world: &World) -> NewPurchase {
        let years = match self.flaw {
            1 => 9,
            2 => 0,
            _ => [1, 1, 2, 3, 4, 2][usize::from(self.salt[0] % 6)],
        };
        let mut slots: Vec<Slot> = (1..=years).map(|by| self.slot(by)).collect();
        if let Some(last) = slots.last_mut()
            && self.flaw == 7
        {
            *last = self.taken(world);
        }
        if self.flaw == 3 {
            slots.push(self.slot(1));
        }
        let chain = ChainId::new(&format!("chain-{}", self.number)).unwrap();
        let taken = world.chains().next().map_or(chain, HostingChain::id);
        let mut paid = self.paid();
        if self.flaw == 6 {
            paid.purchase = world.purchases().next().map_or(paid.purchase, Purchase::id);
        }
        NewPurchase {
            paid,
            product: self.product(),
            chain: match self.flaw {
                4 => (slots.len() < 2).then_some(chain),
                5 => (slots.len() > 1).then_some(taken),
                _ => (slots.len() > 1).then_some(chain),
            },
            slots: slots.into(),
        }
    }

    fn extension(self, world: &World) -> Extension {
        let product = world
            .instance()
            .filter(|_| self.flaw != 1)
            .map_or(self.product(), CertificateInstance::product);
        let years = if self.flaw == 2 {
            0
        } else {
            1 + u64::from(self.salt[0] % 3)
        };
        let chain = ChainId::new(&format!("chain-{}", self.number)).unwrap();
        let plain = Self { flaw: 0, ..self };
        let mut slots: Vec<Slot> = (1..=years).map(|by| self.slot(by)).collect();
        if self.flaw == 7
            && let Some(last) = slots.last_mut()
        {
            *last = self.taken(world);
        }
        Extension {
            paid: self.paid(),
            chain: if self.flaw == 3 {
                world.chains().next().map_or(chain, HostingChain::id)
            } else {
                chain
            },
            product,
            slots: slots.into(),
            submission: (self.flaw != 4).then(|| {
                if self.flaw == 5 {
                    Self { flaw: 3, ..self }.submission(product)
                } else {
                    plain.submission(product)
                }
            }),
        }
    }

    fn target(self, targets: &[Target]) -> Target {
        let other = Target::new("NOWHERE").unwrap();
        if self.flaw == 1 {
            return other;
        }
        let place = usize::from(self.salt[0]) % targets.len().max(1);
        targets.get(place).copied().unwrap_or(other)
    }

    /// A command of a kind about a world.
    pub fn command(
        self,
        kind: CommandKind,
        world: &World,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Command {
        let instance = world.instance();
        let application = instance.and_then(CertificateInstance::application);
        let sixth = usize::from(self.salt[0] % 6);
        let reason = RevocationReason::ALL[if self.flaw == 0 { sixth % 5 } else { sixth }];
        let around = now.saturating_add([0, 86_400, -86_400, -400 * 86_400][sixth % 4]);
        match kind {
            CommandKind::BuyPlan => {
                let plan = PlanId::new(&format!("plan-{}", self.number)).unwrap();
                Command::BuyPlan {
                    plan: if self.flaw == 7 {
                        world.plans().next().map_or(plan, ResourcePlan::id)
                    } else {
                        plan
                    },
                    product: self.product(),
                    count: NonZeroU32::new(1 + u32::from(self.salt[0] % 3)).unwrap(),
                    payment: self.payment(),
                }
            }
            CommandKind::Buy => Command::Buy(Arc::new(self.purchase(world))),
            CommandKind::Draw => Command::Draw(self.first_slot(world)),
            CommandKind::Submit => {
                let slot = self.first_slot(world);
                let product = world.plan().map_or(self.product(), ResourcePlan::product);
                Command::Submit {
                    instance: slot.instance,
                    order: slot.order,
                    submission: self.submission(product),
                }
            }
            CommandKind::Apply => Command::Apply {
                order: self.slot(1).order,
                submission: self
                    .submission(instance.map_or(self.product(), CertificateInstance::product)),
            },
            CommandKind::Withdraw => Command::Withdraw,
            CommandKind::Delete => Command::Delete,
            CommandKind::CancelOrder => Command::CancelOrder,
            CommandKind::Close => Command::Close,
            CommandKind::Merge => Command::Merge,
            CommandKind::RequestRevocation => Command::RequestRevocation { reason },
            CommandKind::ConfirmRevocation => Command::ConfirmRevocation,
            CommandKind::Collect => Command::Collect,
            CommandKind::DeleteCertificate => Command::DeleteCertificate,
            CommandKind::Deploy => Command::Deploy {
                target: self.target(law.conduct.targets().value.as_slice()),
                domain: match self.flaw {
                    2 => Some(name("elsewhere.example.org")),
                    _ if self.one_in(1, 3) => Some(name("www.example.com")),
                    _ => None,
                },
            },
            CommandKind::Undeploy => {
                let there: Vec<Target> = instance
                    .map(|own| own.deployments().iter().map(|one| one.target).collect())
                    .unwrap_or_default();
                Command::Undeploy {
                    target: self.target(&there),
                }
            }
            CommandKind::Renew => Command::Renew {
                slot: self.first_slot(world),
                paid: (!self.one_in(0, 3)).then(|| self.paid()),
            },
            CommandKind::EnableHosting => Command::EnableHosting(Arc::new(self.extension(world))),
            CommandKind::Upload => Command::Upload(Arc::new(self.upload(now, law))),
            CommandKind::ClaimRefund => Command::ClaimRefund,
            CommandKind::CancelRefund => Command::CancelRefund,
            CommandKind::ReceiveChallenge => {
                let method =
                    application.map_or(ValidationMethod::Dns, |own| own.submission().method());
                let other = match method {
                    ValidationMethod::Dns => ValidationMethod::File,
                    ValidationMethod::File => ValidationMethod::Dns,
                };
                let key = application.map_or(SpkiDigest::of(b"some key"), key_of);
                Command::ReceiveChallenge {
                    challenge: challenge(if self.flaw == 1 { other } else { method }),
                    key: if self.flaw == 2 {
                        SpkiDigest::of(b"another key")
                    } else {
                        key
                    },
                }
            }
            CommandKind::ConfirmDomain => Command::ConfirmDomain,
            CommandKind::Approve => Command::Approve {
                certificate: self.approval(world, now, law),
            },
            CommandKind::Reject => Command::Reject { reason: note("no") },
            CommandKind::CompleteRevocation => Command::CompleteRevocation { at: around },
            CommandKind::RefuseRevocation => Command::RefuseRevocation { reason: note("no") },
            CommandKind::RecordCaRevocation => Command::RecordCaRevocation { reason, at: around },
            CommandKind::GrantRefund => Command::GrantRefund,
            CommandKind::RefuseRefund => Command::RefuseRefund { reason: note("no") },
            CommandKind::Activate => Command::Activate {
                order: self.slot(1).order,
            },
            CommandKind::Wake => Command::Wake,
        }
    }
}

/// A fitting command of every kind.
pub fn every_command(world: &World, now: Timestamp, law: &Law<'_>) -> Vec<Command> {
    CommandKind::ALL
        .iter()
        .zip(1..)
        .map(|(kind, number)| Content::plain(number).command(*kind, world, now, law))
        .collect()
}

/// The same events, of another account.
pub fn of_another(event: &Event, account: AccountId) -> Event {
    use cert_lifecycle::lifecycle::{ChainEvent, PlanEvent, PurchaseEvent};
    let mut event = event.clone();
    match &mut event {
        Event::Instance { event, .. } => {
            if let InstanceEvent::Submitted(own) = event {
                own.account = account;
            } else if let InstanceEvent::Opened(own) = event {
                own.account = account;
            } else if let InstanceEvent::Uploaded(own) = event {
                own.account = account;
            }
        }
        Event::Plan { event, .. } => {
            if let PlanEvent::Bought(own) = event {
                own.account = account;
            }
        }
        Event::Chain { event, .. } => {
            if let ChainEvent::Linked(own) = event {
                own.account = account;
            }
        }
        Event::Purchase { event, .. } => {
            if let PurchaseEvent::Paid(own) = event {
                own.account = account;
            }
        }
    }
    event
}
