//! What must hold when a race is over and all work is done, whoever came first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cert_lifecycle::codec::stored::encode_event;
use cert_lifecycle::lifecycle::{Beside, Effect, Event, InstanceEvent};
use cert_lifecycle::model::{AccountId, Phase, RefundState};
use cert_lifecycle::port::{
    CaRevocation, CertificateAuthority, Filter, IndexEntry, KeyVault, KeyVaultError, OutboxPart,
    ReadSet, Stage as Shown, StreamId, Version,
};

use super::folded::{Folded, Problems, is_applied_for, waits};
use super::stage::{Stage, product};

/// All of them.
pub(crate) async fn hold(stage: &Stage) -> Folded {
    let mut problems = Problems::default();
    let folded = journals(stage, &mut problems).await;
    folded.units_agree(&mut problems);
    states(stage, &folded, &mut problems).await;
    lists(stage, &folded, &mut problems).await;
    work(stage, &folded, &mut problems).await;
    money(stage, &folded, &mut problems);
    certificates(stage, &folded, &mut problems).await;
    let found = problems.0;
    assert!(found.is_empty(), "{found:#?}");
    folded
}

/// L3: each journal is what was committed to its stream, no more and no less, and folds.
async fn journals(stage: &Stage, problems: &mut Problems) -> Folded {
    let mut committed: BTreeMap<(AccountId, StreamId), Vec<String>> = BTreeMap::new();
    for one in &*stage.paced.committed() {
        for event in &one.events {
            let stream = committed.entry((one.account, StreamId::of(event)));
            stream.or_default().push(encode_event(event));
        }
    }
    let mut folded = Folded::default();
    let mut plans = Vec::new();
    for ((of, stream), mut committed) in committed {
        let journal = stage.store.journal(of, stream, Version::NONE, 10_000);
        let events = journal.await.unwrap();
        let mut found: Vec<_> = events.iter().map(encode_event).collect();
        // What was committed at the same time may be heard of the other way round.
        committed.sort_unstable();
        found.sort_unstable();
        problems.same(&found, &committed, || format!("the journal of {stream}"));
        folded.fold(of, stream, &events, problems);
        if let StreamId::Plan(id) = stream {
            plans.push((id, events));
        }
    }
    for (id, events) in plans {
        for event in events {
            if let Event::Plan { event, .. } = event {
                folded.unit(id, &event, problems);
            }
        }
    }
    folded
}

/// L3: what the store gives is the fold of the journals.
async fn states(stage: &Stage, folded: &Folded, problems: &mut Problems) {
    for (order, (of, id)) in &folded.orders {
        let read = ReadSet::Order(*order).into();
        let found = stage.store.load(*of, read).await.unwrap();
        let own = folded.instances.get(&(*of, *id)).cloned();
        problems.same(&found.instance, &own, || format!("order {order}"));
        let Some(own) = own.map(|own| own.state) else {
            continue;
        };
        let plan = own
            .hold()
            .and_then(|of_plan| folded.plans.get(&(*of, of_plan.plan)));
        problems.same(&found.plan.as_ref(), &plan, || format!("plan of {order}"));
        let bought = own.purchase();
        let bought = bought.and_then(|id| folded.purchases.get(&(*of, id)));
        problems.same(&found.purchase.as_ref(), &bought, || {
            format!("purchase of {order}")
        });
        let chain = own.chain().and_then(|id| folded.chains.get(&(*of, id)));
        problems.same(&found.chain.as_ref(), &chain, || {
            format!("chain of {order}")
        });
        if let Phase::Revoked { live, at, .. } = own.phase() {
            let asked = live.revocation().map(|asked| asked.requested_at);
            // A clock that was set back may have it revoked before it was issued: that takes no right
            // away. Before it was asked for, it never is.
            let later = asked.is_none_or(|asked| asked <= *at);
            problems.check(later, || {
                format!("{order} was revoked before it was asked for")
            });
        }
    }
    for ((of, id), own) in &folded.plans {
        let found = stage.store.load(*of, ReadSet::Plan(*id).into());
        let found = found.await.unwrap().plan;
        problems.same(&found.as_ref(), &Some(own), || format!("plan {id}"));
    }
    let of = stage.account;
    let read = ReadSet::New(product().code).into();
    let found = stage.store.load(of, read).await.unwrap().beside;
    let plans = folded.plans.values().map(|one| &one.state);
    let bought = folded.purchases.values().map(|one| &one.state);
    let wanted = Beside::of(Some(product().code), plans, bought);
    problems.same(&found, &wanted, || "the sums of the account".into());
}

async fn lists(stage: &Stage, folded: &Folded, problems: &mut Problems) {
    let filter = Filter {
        stages: Shown::ALL.to_vec(),
        ..Filter::default()
    };
    let listed = stage.store.list(stage.account, filter, None, 10_000);
    let listed = listed.await.unwrap();
    let count = folded.instances.len();
    problems.same(&listed.len(), &count, || "the list".into());
    for one in listed {
        let id = one.entry.instance;
        let Some(own) = folded.instances.get(&(stage.account, id)) else {
            problems.check(false, || format!("{id} is listed, and has no journal"));
            continue;
        };
        problems.same(&one.version, &own.version, || format!("{id} in the list"));
        let wanted = IndexEntry::of(&own.state, one.entry.due_at);
        problems.same(&one.entry, &wanted, || format!("{id} in the list"));
        let looked_at = one.entry.due_at.is_some() || !waits(&own.state);
        problems.check(looked_at, || format!("{id} waits, and nobody looks at it"));
    }
}

/// L11: nothing waits, and every piece of work was received exactly once, under whichever id.
async fn work(stage: &Stage, folded: &Folded, problems: &mut Problems) {
    for part in [OutboxPart::Waiting, OutboxPart::Parked] {
        let rows = stage.store.outbox(part, None, 10_000).await.unwrap();
        problems.check(rows.is_empty(), || format!("{part:?}: {rows:?}"));
    }
    let received = stage.outside.received().clone();
    let reused = received.reused;
    problems.check(reused.is_empty(), || format!("other content: {reused:?}"));
    let mut counted: HashMap<Effect, usize> = HashMap::new();
    for effect in received.requests.values() {
        *counted.entry(*effect).or_default() += 1;
    }
    for ((_, effect), due) in &folded.effects {
        let seen = counted.remove(effect).unwrap_or_default();
        let holds = match effect {
            // Whoever withdrew before the CA heard of it did not have it told.
            Effect::RequestIssuance { order } => {
                seen == *due || (seen == 0 && !is_applied_for(folded, *order))
            }
            // The worker cancels once more, under an id of its own, what was withdrawn while the CA
            // was being told.
            Effect::CancelAtCa { .. } => seen >= *due,
            Effect::DestroyKey { order } => {
                let key = stage.vault.export(*order).await;
                matches!(key, Err(KeyVaultError::NotFound(_)))
            }
            // What was taken off again meanwhile is not deployed.
            Effect::Deploy { .. } => seen <= *due,
            Effect::RevokeAtCa { .. }
            | Effect::RevokeOrphan { .. }
            | Effect::Undeploy { .. }
            | Effect::PayBack { .. }
            | Effect::PayPlanBack { .. }
            | Effect::Notify { .. } => seen == *due,
        };
        problems.check(holds, || {
            format!("{effect:?} was due {due} times and received {seen} times")
        });
    }
    problems.check(counted.is_empty(), || {
        format!("work without an event: {counted:?}")
    });
}

/// L5: what was paid back is what the streams say, at most once each and never more than came in.
fn money(stage: &Stage, folded: &Folded, problems: &mut Problems) {
    let received = stage.outside.received().clone();
    let paid = |wanted: &dyn Fn(&Effect) -> Option<u64>| -> Vec<u64> {
        received.requests.values().filter_map(wanted).collect()
    };
    let purchases = folded.purchases.iter().map(|((_, id), own)| {
        let all = paid(&|effect| match effect {
            Effect::PayBack { purchase, cash } if purchase == id => Some(*cash),
            _ => None,
        });
        (format!("purchase {id}"), own.state.bill(), all)
    });
    let plans = folded.plans.iter().map(|((_, id), own)| {
        let all = paid(&|effect| match effect {
            Effect::PayPlanBack { plan, cash } if plan == id => Some(*cash),
            _ => None,
        });
        (format!("plan {id}"), own.state.bill(), all)
    });
    for (what, bill, paid) in purchases.chain(plans) {
        let said = match bill.refund {
            RefundState::Refunded { cash, .. } => vec![cash],
            RefundState::None | RefundState::Review { .. } => Vec::new(),
        };
        problems.same(&paid, &said, || format!("the money of {what}"));
        let most = bill.payment.cash;
        let fits = paid.iter().sum::<u64>() <= most;
        problems.check(fits, || format!("{what} gave back more than {most}"));
    }
    for ((_, id), own) in &folded.plans {
        let plan = &own.state;
        let paid_back = matches!(plan.bill().refund, RefundState::Refunded { .. });
        problems.check(!paid_back || plan.used() == 0, || {
            format!("plan {id} is paid back, and used")
        });
    }
}

/// What the CA signed is in its holder's hands, or revoked: nothing valid is nobody's.
async fn certificates(stage: &Stage, folded: &Folded, problems: &mut Problems) {
    let mut served = BTreeSet::new();
    for ((_, id), own) in &folded.instances {
        let (live, revoked) = match own.state.phase() {
            Phase::Live(live) => (live, false),
            Phase::Revoked { live, .. } => (live, true),
            _ => continue,
        };
        let order = live.application().order();
        let serial = live.certificate().serial();
        let signed = stage.ca.serial(order);
        problems.same(&signed, &Some(serial), || format!("the serial of {id}"));
        if !revoked {
            served.insert(order);
        }
    }
    // What its holder deleted may go on being valid until its end.
    let mut thrown_away = BTreeSet::new();
    for one in &*stage.paced.committed() {
        for event in &one.events {
            if let Event::Instance { id, event } = event
                && matches!(event, InstanceEvent::Issued { .. })
                && let Some(own) = folded.instances.get(&(one.account, *id))
                && matches!(own.state.phase(), Phase::Deleted { .. })
            {
                thrown_away.insert(own.state.order());
            }
        }
    }
    for order in folded.orders.keys() {
        if stage.ca.serial(*order).is_none() {
            continue;
        }
        let answer = stage.ca.poll(*order, stage.now()).await.unwrap();
        let gone = matches!(answer.revocation, Some(CaRevocation::Revoked { .. }));
        let served = served.contains(order);
        problems.check(served != gone || thrown_away.contains(order), || {
            format!("{order} is in use: {served}, revoked at the CA: {gone}")
        });
    }
}
