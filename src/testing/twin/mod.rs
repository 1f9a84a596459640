//! A second, naive model of the same documents.
//!
//! It is written from the sentences of the documents as people read them: states are an enum of its
//! own, ledgers are plain counters, days are counted out by hand. It shares no code with
//! [`lifecycle`](crate::lifecycle); of a rulebook it reads the values and nothing that is computed of
//! them. Beside the machine it says of every command whether it is allowed, and what there is after
//! it: the status of every slot, every counter of every plan, every payment. Where the two differ,
//! one of them misread a document.
//!
//! What it leaves to the machine: whether an unusual signing request is acceptable, and names under
//! top-level domains that it does not know.

mod account;
mod chain;
mod content;
mod days;
mod follow;
mod judge;
mod money;
mod order;

use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::String;
use std::vec::Vec;

use account::{Account, Money, Unit};
use follow::Deed;
use judge::{Question, Says};

use super::laws::{Check, Held, hold, shown as shown_as};
use super::play::Moment;
use crate::lifecycle::World;
use crate::model::{AccountId, DomainName, HoldState, RefundState, Target};

/// The second model, with every account that it was told of.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::laws::{self, Config, LawId};
/// let config = Config::default().only(&[LawId::Twin]).cases(20);
/// laws::check(&Rulebook::published(), &config).assert_ok();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Twin {
    accounts: BTreeMap<AccountId, Account>,
    /// Steps of which it said yes, no, and nothing.
    judged: (u64, u64, u64),
}

impl Twin {
    /// A twin that knows of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many steps it judged, and to how many it had nothing to say.
    #[must_use]
    pub const fn judged(&self) -> (u64, u64) {
        let (yes, no, unknown) = self.judged;
        (yes.saturating_add(no), unknown)
    }

    /// Sees a step: judges it, follows it, and compares what is there then. It has to see every step
    /// from the first on.
    ///
    /// # Errors
    /// Where the machine did something else, in words.
    pub fn see(&mut self, moment: &Moment<'_>) -> Result<(), String> {
        let step = moment.step;
        let account = self.accounts.entry(step.account).or_default();
        let question = Question {
            account,
            laws: moment.laws,
            conduct: moment.law.conduct,
            step,
        };
        let says = question.says();
        let counted = match says {
            Says::Yes => &mut self.judged.0,
            Says::No(_) => &mut self.judged.1,
            Says::Unknown => &mut self.judged.2,
        };
        *counted = counted.saturating_add(1);
        let what = step.command.kind().phrase();
        if let (Says::Yes, Err(refusal)) = (says, moment.answer) {
            return Err(format!(
                "by the documents one can {what} at {}: {refusal}",
                step.at
            ));
        }
        hold!(
            says != Says::Yes || moment.committed,
            "by the documents one can {what} at {}, with ids that are new",
            step.at
        );
        if let Says::No(sentence) = says {
            hold!(
                !moment.committed,
                "by the documents one cannot {what} at {}: {sentence}",
                step.at
            );
        }
        if moment.committed {
            let shown = step
                .about
                .and_then(|id| moment.after.instances().find(|own| own.id() == id));
            let deed = Deed {
                laws: moment.laws,
                conduct: moment.law.conduct,
                edition: step.conduct,
                step,
                shown: shown.and_then(|own| {
                    let mut world = moment.after.clone();
                    world.look_at(Some(own.id()));
                    world.status(step.at, &moment.law)
                }),
            };
            deed.carry_out(account);
        }
        let question = Question {
            account,
            laws: moment.laws,
            conduct: moment.law.conduct,
            step,
        };
        compare(&question, moment.after, moment).map_err(|words| format!("after {what}: {words}"))
    }
}

impl Check for Twin {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        Self::see(self, moment)
    }
}

const fn money(refund: RefundState) -> Money {
    match refund {
        RefundState::None => Money::Kept,
        RefundState::Review { .. } => Money::Claimed,
        RefundState::Refunded { cash, .. } => Money::PaidBack(cash),
    }
}

const fn unit(state: HoldState) -> Unit {
    match state {
        HoldState::Reserved => Unit::Reserved,
        HoldState::Settled => Unit::Settled,
        HoldState::Returned => Unit::Returned,
    }
}

/// Everything that the twin knows of, beside what the machine has.
fn compare(question: &Question<'_>, world: &World, moment: &Moment<'_>) -> Held {
    let account = question.account;
    let theirs = [
        world.instances().count(),
        world.plans().count(),
        world.purchases().count(),
        world.chains().count(),
    ];
    let ours = [
        account.slots.len(),
        account.plans.len(),
        account.purchases.len(),
        account.chains.len(),
    ];
    hold!(
        theirs == ours,
        "there are {}; by the documents {}",
        counted(theirs),
        counted(ours)
    );
    let mut looked = world.clone();
    for own in world.instances() {
        let id = own.id();
        let Some(slot) = account.slots.get(&id) else {
            return Err(format!("by the documents there is no {id}"));
        };
        looked.look_at(Some(id));
        let shown = looked.status(moment.now(), &moment.law);
        let right = question.shown(id, slot);
        hold!(
            shown == Some(right),
            "{id} shows \"{}\"; by the documents \"{right}\"",
            shown_as(shown)
        );
        let held = own.hold().map(|hold| unit(hold.state));
        hold!(
            held == slot.unit,
            "the unit of {id} is {}; by the documents {}",
            held.map_or("nowhere", Unit::word),
            slot.unit.map_or("nowhere", Unit::word)
        );
        let theirs: BTreeSet<_> = (own.deployments().iter())
            .map(|one| (one.target, one.domain.as_ref()))
            .collect();
        let ours = (slot.deployed.iter()).map(|(target, domain)| (*target, domain.as_ref()));
        let ours: BTreeSet<_> = ours.collect();
        hold!(
            theirs == ours,
            "{id} is deployed to {}; by the documents to {}",
            places(&theirs),
            places(&ours)
        );
    }
    for own in world.plans() {
        let id = own.id();
        let Some(plan) = account.plans.get(&id) else {
            return Err(format!("by the documents there is no {id}"));
        };
        let theirs = [
            u64::from(own.total()),
            u64::from(own.remaining()),
            u64::from(own.reserved()),
            u64::from(own.settled()),
            own.issued(),
            u64::from(own.revocations()),
        ];
        let ours = [
            u64::from(plan.total),
            u64::from(plan.left),
            u64::from(plan.reserved),
            u64::from(plan.settled),
            plan.issued,
            u64::from(plan.revocations),
        ];
        hold!(
            theirs == ours,
            "{id} has {}; by the documents {}",
            ledger(theirs),
            ledger(ours)
        );
        hold!(
            money(own.bill().refund) == plan.money,
            "the money of {id} is {}; by the documents {}",
            money(own.bill().refund),
            plan.money
        );
    }
    compare_purchases(account, world)
}

fn compare_purchases(account: &Account, world: &World) -> Held {
    for own in world.purchases() {
        let id = own.id();
        let Some(bought) = account.purchases.get(&id) else {
            return Err(format!("by the documents there is no {id}"));
        };
        hold!(
            money(own.bill().refund) == bought.money && own.revocations() == bought.revocations,
            "the money of {id} is {} with {} revocations; by the documents {} with {}",
            money(own.bill().refund),
            own.revocations(),
            bought.money,
            bought.revocations
        );
    }
    Ok(())
}

fn counted([instances, plans, purchases, chains]: [usize; 4]) -> String {
    format!("{instances} instances, {plans} plans, {purchases} purchases and {chains} chains")
}

/// Where something is deployed.
fn places(all: &BTreeSet<(Target, Option<&DomainName>)>) -> String {
    let all: Vec<String> = all
        .iter()
        .map(|(target, domain)| match domain {
            Some(domain) => format!("{target} for {domain}"),
            None => format!("{target}"),
        })
        .collect();
    if all.is_empty() {
        String::from("nothing")
    } else {
        all.join(", ")
    }
}

fn ledger(numbers: [u64; 6]) -> String {
    let words = [
        "in all",
        "left",
        "reserved",
        "settled",
        "issued",
        "revocations",
    ];
    let mut text = String::new();
    for (number, word) in numbers.iter().zip(words) {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a text always succeeds.
        let _ = write!(text, "{comma}{number} {word}");
    }
    text
}
